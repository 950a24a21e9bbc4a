"""Scoring 100,000 customers against merely reading their daily usage once.

The yardstick is a bare scan of the daily rows of 30 weeks: 150 days with use, each with one event and the row over
all events, in a table without indexes or row-level security. Scoring runs as it does at night: the statement for
everybody over the running sums, under row-level security, with yesterday's and last month's snapshots in place,
and the update of the lists. CPU is client and server process together.
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from health.services.scorecards import ensure_default_scorecards
from health.services.scoring import score_day, score_today

CUSTOMERS = 100_000
TOUCHED = CUSTOMERS // 100
FULL_GOAL = 0.35
TOUCHED_GOAL = 0.05
ROUNDS = 3
TICKS = 100  # per second, as /proc counts

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
    """INSERT INTO accounts_contact (customer_id, email, name, role, is_champion, language, timezone, subscriptions,
            mail_state, traits, created_at, updated_at)
        SELECT id, id || '@customer.example', '', '', true, '', '', '{}', 'ok', '{}', now(), now()
        FROM accounts_customer""",
    """INSERT INTO health_feature (key, name, kind, created_at, updated_at)
        SELECT 'f' || n, 'Feature', CASE WHEN n < 4 THEN 'sticky' ELSE 'basic' END, now(), now()
        FROM generate_series(1, 12) AS n""",
    "INSERT INTO health_telemetry_day (day, count, last_received_at) VALUES (%(day)s, 1, now())",
    """INSERT INTO health_usage_running (customer_id, as_of, first_seen_on, last_seen_on, last_active_on, actions_28,
            active_days_28, user_days_28, active_users_28, login_users_28, features_28, sticky_features_28, seats,
            trend_pct, computed_at)
        SELECT id, %(day)s, %(day)s::date - 300, %(day)s, %(day)s::date - (random() * 20)::int, 500, 12, 100,
               1 + (random() * 9)::int, 5, 4, 2, 10, round((random() - 0.5)::numeric, 9), now()
        FROM accounts_customer""",
    """INSERT INTO health_measure_value (customer_id, measure, observed_at, recorded_at, value)
        SELECT id, 'nps', now() - interval '20 days', now() - interval '20 days', (random() * 100)::int
        FROM accounts_customer""",
    """CREATE TEMP TABLE bench_usage_day AS
        SELECT %(tenant)s::bigint AS tenant_id, c.id AS customer_id, d.day::date AS day, e.event, 7::bigint AS count,
               3 AS users
        FROM accounts_customer c,
             (SELECT day FROM generate_series(%(day)s::date - 209, %(day)s::date, interval '1 day') AS day
              WHERE extract(isodow FROM day) < 6) d, (VALUES (''), ('Report made')) AS e(event)""",
)
SCAN = "SELECT sum(count), sum(users) FROM bench_usage_day"
# The next day: usage moved for every third customer.
MOVE = "UPDATE health_usage_running SET active_users_28 = 1 + (random() * 9)::int WHERE random() < 0.33"
ANALYZE = "accounts_customer accounts_customerstanding accounts_subscription accounts_contact health_usage_running"


class RolledBack(Exception):
    """Leaves nothing behind."""


def run() -> Iterator[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    tenant = Tenant.objects.create(slug=f"bench-{uuid.uuid4().hex[:8]}", name="Bench")
    try:
        with tenant_scope(tenant):
            results += measure(tenant)
            raise RolledBack
    except RolledBack:
        pass
    yield from results


def measure(tenant: Tenant) -> list[dict[str, Any]]:
    today = tenant.today()
    ensure_default_scorecards()
    _execute("SET LOCAL max_parallel_workers_per_gather = 0")
    for statement in LOAD:
        _execute(statement, {"customers": CUSTOMERS, "day": today, "tenant": tenant.pk})
    scan, full, part = [], [], []
    for back in (28, 1):
        score_day(today - timedelta(days=back), sums_are_of_day=True)
    for _round in range(ROUNDS):
        scan.append(_cost(lambda: _execute(SCAN)))
        full.append(_again(lambda: score_today(), today))
    ids = _column(f"SELECT id FROM accounts_customer ORDER BY id LIMIT {TOUCHED}")
    for _round in range(ROUNDS):
        _execute(MOVE)
        part.append(_cost(lambda: score_today(ids)))
    cpu, wall = (
        (lambda costs: statistics.median(c[0] for c in costs)),
        (lambda costs: statistics.median(c[1] for c in costs)),
    )
    return [
        _result("score.full", cpu(full) / cpu(scan), FULL_GOAL, f"CPU {cpu(full):.2f} s / {cpu(scan):.2f} s"),
        _result(
            "score.touched", wall(part) / wall(full), TOUCHED_GOAL, f"wall {wall(part):.3f} s / {wall(full):.2f} s"
        ),
    ]


def _again(work: Callable[[], Any], day: date) -> tuple[float, float]:
    """Measure on a fresh day, as the night sees it: yesterday's rows become today's work once more."""
    _execute("DELETE FROM health_snapshot WHERE day = %(day)s", {"day": day})
    _execute(MOVE)
    return _cost(work)


def _cost(work: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds of this process and its server process, and wall seconds."""
    pid = _column("SELECT pg_backend_pid()")[0]
    started, own, other = time.perf_counter(), time.process_time(), _cpu(pid)
    work()
    return _cpu(pid) - other + time.process_time() - own, time.perf_counter() - started


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _execute(sql: str, params: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _column(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _result(name: str, ratio: float, goal: float, detail: str) -> dict[str, Any]:
    return {"name": name, "ratio": round(ratio, 3), "goal": goal, "met": ratio <= goal, "detail": detail}
