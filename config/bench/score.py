"""Scoring a hundred thousand customers, against merely reading their daily usage once.

The yardstick is a bare scan of thirty weeks of daily rows: on each of the 150 working days the row over all events
and four events, in a table without index; every fifth customer's rows are read and the cost is taken times five.
Scoring is the statement of the night: everybody, with last month's snapshots for the trend, written to an empty day.
Both run as the product does, under row-level security.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy.operations import secure_table_sql
from accounts.tenancy.scope import tenant_scope
from config.bench.clock import Work, costs, result
from config.bench.scratch import as_owner, scratch_database
from health.services.scorecards import ensure_default_scorecards
from health.services.scoring import score_day, score_today

CUSTOMERS = 100_000
SAMPLE = 5  # every fifth customer's daily rows are read
FULL_GOAL, TOUCHED_GOAL = 0.35, 0.05
ROUNDS = 3

STAGES = "ARRAY['onboarding', 'adopting', 'established', 'established', 'established', 'renewing']"
LOAD = (
    f"""INSERT INTO accounts_customer (name, domain, stage, tier, industry, acquisition_channel, currency, timezone,
            language, is_test, attributes, created_at, updated_at)
        SELECT 'Customer ' || n, '', ({STAGES})[1 + n %% 6], '', '', '', 'EUR', '', '', false, '{{}}', now(), now()
        FROM generate_series(1, %(customers)s) AS n""",
    """INSERT INTO accounts_customerstanding (customer_id, mrr_cents, plan, health_band, health_reason, open_tickets,
            last_contact_at, renewal_on)
        SELECT id, 10000, 'team', 'unknown', '', 0, now() - random() * interval '100 days', %(day)s::date + 90
        FROM accounts_customer""",
    """INSERT INTO accounts_subscription (customer_id, plan, currency, unit_amount, quantity, interval, interval_count,
            discount_percent, status, started_on, cancel_reason, seats, created_at, updated_at)
        SELECT id, 'team', 'EUR', 10, 10, 'month', 1, 0, 'active', %(day)s::date - 400, '', 10, now(), now()
        FROM accounts_customer""",
    """INSERT INTO accounts_subscriptionchange (subscription_id, effective_on, seats, reason, created_at)
        SELECT id, %(day)s::date - 100, 12, '', now() FROM accounts_subscription WHERE random() < 0.2""",
    """INSERT INTO accounts_contact (customer_id, email, name, role, is_champion, language, timezone, subscriptions,
            mail_state, traits, created_at, updated_at)
        SELECT id, n || '@customer.example', '', '', n = 1 AND random() < 0.5, '', '', '{}', 'ok', '{}', now(), now()
        FROM accounts_customer, generate_series(1, 3) AS n""",
    """INSERT INTO health_feature (key, name, kind, events, created_at, updated_at)
        SELECT 'f' || n, 'Feature', CASE WHEN n < 4 THEN 'sticky' ELSE 'basic' END, '{}', now(), now()
        FROM generate_series(1, 12) AS n""",
    """INSERT INTO health_telemetry_day (day, count, last_received_at)
        VALUES (%(day)s::date - 40, 1, now()), (%(day)s, 1, now())""",
    """INSERT INTO health_usage_running (customer_id, as_of, first_seen_on, last_seen_on, last_active_on, actions_28,
            active_days_28, user_days_28, active_users_28, login_users_28, features_28, sticky_features_28, seats,
            trend_pct, computed_at)
        SELECT id, %(day)s, %(day)s::date - 300, %(day)s, %(day)s::date - (random() * 20)::int, 500, 12, 100,
               1 + (random() * 9)::int, 5, 4, 2, 10, round((random() - 0.5)::numeric, 9), now()
        FROM accounts_customer""",
    """INSERT INTO health_measure_value (customer_id, measure, observed_at, recorded_at, value)
        SELECT id, 'nps', now() - interval '20 days', now() - interval '20 days', (random() * 100)::int
        FROM accounts_customer WHERE random() < 0.3""",
)
DAILY = f"""
    CREATE UNLOGGED TABLE bench_daily AS
    SELECT c.tenant_id, c.id AS customer_id, d::date AS day, e.event, 7::bigint AS count, 3 AS users
    FROM (SELECT tenant_id, id, row_number() OVER () AS n FROM accounts_customer) c,
         generate_series(current_date - 209, current_date, interval '1 day') AS d,
         (VALUES (''), ('Report made'), ('Report shared'), ('Page viewed'), ('Export made')) AS e(event)
    WHERE c.n %% {SAMPLE} = 0 AND extract(isodow FROM d) < 6"""
SCAN = "SELECT sum(count), sum(users) FROM bench_daily"
TABLES = (
    "accounts_customer accounts_customerstanding accounts_subscription accounts_subscriptionchange accounts_contact "
    "health_usage_running health_measure_value health_snapshot bench_daily"
)


def run() -> Iterator[dict[str, Any]]:
    with scratch_database() as database:
        tenant = Tenant.objects.create(slug="score", name="Score")
        today = tenant.today()
        with tenant_scope(tenant):
            ensure_default_scorecards()
            for statement in LOAD:
                _execute(statement, {"customers": CUSTOMERS, "day": today})
        _daily(database, tenant)
        with tenant_scope(tenant):
            for back in (28, 1):
                score_day(today - timedelta(days=back), sums_are_of_day=True)
        for table in TABLES.split():
            as_owner(f"VACUUM ANALYZE {table}", database)
        with tenant_scope(tenant):
            yield from _measure(tenant)


def _daily(database: str, tenant: Tenant) -> None:
    """Made by the owner, who sees a tenant's rows only inside its scope as well."""
    as_owner(
        f"DO $$ BEGIN PERFORM set_config('app.tenant_id', '{tenant.pk}', true); {DAILY.replace('%%', '%')}; END $$",
        database,
    )
    for statement in secure_table_sql("bench_daily"):
        as_owner(statement, database)


def _measure(tenant: Tenant) -> Iterator[dict[str, Any]]:
    _execute("SET LOCAL max_parallel_workers_per_gather = 0")
    some = _column(f"SELECT id FROM accounts_customer ORDER BY id LIMIT {CUSTOMERS // 100}")
    works: list[Work] = [
        partial(_execute, SCAN),
        partial(score_day, tenant.today()),
        score_today,
        partial(score_today, some),
        partial(_execute, "DELETE FROM health_snapshot WHERE day = %(day)s", {"day": tenant.today()}),
    ]
    scan, full, everybody, touched, _clean = costs(works, rounds=ROUNDS, warm_up=0)
    read = scan.cpu * SAMPLE
    yield result("score.full", full.cpu / read, FULL_GOAL, f"{full.cpu:.2f} s CPU, bare scan {read:.2f} s CPU")
    yield result(
        "score.touched",
        touched.wall / full.wall,
        TOUCHED_GOAL,
        f"1 % with lists: {touched.wall:.3f} s, everybody {full.wall:.2f} s (lists alone {everybody.wall:.2f} s)",
    )


def _execute(sql: str, params: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _column(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
