"""Tenants with a history of subscriptions, to measure revenue on: some 326,000 movements altogether."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from config.bench.scratch import as_owner

TENANTS, CUSTOMERS = 20, 5_000
LOAD = (
    """INSERT INTO accounts_customer (name, domain, stage, tier, industry, acquisition_channel, currency, timezone,
            language, is_test, attributes, created_at, updated_at)
       SELECT 'Customer ' || n, '', 'established', (ARRAY['Enterprise', 'SMB'])[1 + n %% 2], '', '', 'USD', '', '',
              false, '{}', now(), now()
       FROM generate_series(1, %(customers)s) AS n""",
    """INSERT INTO accounts_customerstanding (customer_id, mrr_cents, plan, health_band, health_reason, open_tickets)
       SELECT id, 0, '', 'unknown', '', 0 FROM accounts_customer""",
    """INSERT INTO accounts_subscription (customer_id, plan, currency, unit_amount, quantity, interval, interval_count,
            discount_percent, status, started_on, ended_on, cancel_reason, created_at, updated_at)
       SELECT id, (ARRAY['Team', 'Business'])[1 + hash %% 2], 'USD', 100 + hash %% 900, 1 + hash %% 20,
              (ARRAY['month', 'month', 'year'])[1 + hash %% 3], 1, 0, 'active', date '2023-12-01' + hash %% 900,
              CASE WHEN hash %% 4 = 0 THEN date '2023-12-01' + hash %% 900 + 60 + hash %% 500 END, '', now(), now()
       FROM (SELECT id, abs(hashtext(id::text)) AS hash FROM accounts_customer) c""",
    """INSERT INTO accounts_subscriptionchange (subscription_id, effective_on, quantity, reason, created_at)
       SELECT id, started_on + 30 * n + abs(hashtext(id::text || n)) %% 25, 1 + abs(hashtext(n || id::text)) %% 30,
              '', now()
       FROM accounts_subscription, generate_series(1, 2) AS n""",
)


@dataclass(frozen=True)
class Market:
    tenants: list[Tenant]

    def each(self, work: Callable[[], Any]) -> None:
        for tenant in self.tenants:
            with tenant_scope(tenant):
                work()


def make_market() -> Market:
    tenants = [_make(number) for number in range(TENANTS)]
    for table in ("accounts_customer", "accounts_subscription", "accounts_subscriptionchange"):
        _analyze(table)
    return Market(tenants)


def _make(number: int) -> Tenant:
    tenant = Tenant.objects.create(slug=f"bench-{number}", name=f"Bench {number}")
    with tenant_scope(tenant), connection.cursor() as cursor:
        for statement in LOAD:
            cursor.execute(statement, {"customers": CUSTOMERS})
    return tenant


def _analyze(table: str) -> None:
    as_owner(f"VACUUM ANALYZE {table}", str(connection.settings_dict["NAME"]))
