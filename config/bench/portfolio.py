"""Two tenants to measure lists and search on: one of a thousand customers, one of a million."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connection

from accounts.models import Membership, Tenant, User
from accounts.services.tenants import create_tenant
from accounts.tenancy.scope import tenant_scope
from config.bench.scratch import as_owner

SMALL, LARGE = 1_000, 1_000_000
TRIGRAMS = "customer_name_trigrams"

LOAD = (
    """INSERT INTO accounts_customer (name, domain, stage, tier, industry, acquisition_channel, currency, timezone,
            language, csm_id, is_test, attributes, created_at, updated_at)
       SELECT initcap(substr(md5(n::text), 1, 7)) || ' ' || (ARRAY['Energy', 'Logistics', 'Retail', 'Health',
              'Robotics', 'Foods', 'Media', 'Partners'])[1 + n %% 8], '', 'established', '', '', '', 'EUR', '', '',
              %(csm)s, false, '{}', now(), now()
       FROM generate_series(1, %(customers)s) AS n""",
    """INSERT INTO accounts_customerstanding (customer_id, mrr_cents, plan, health_score, health_band, health_reason,
            open_tickets, renewal_on, last_seen_on)
       SELECT id, (random() * 1e6)::bigint, 'team', (random() * 100)::int, 'green', '', 0,
              current_date + (random() * 365)::int, current_date - (random() * 60)::int FROM accounts_customer""",
)


@dataclass(frozen=True)
class Portfolio:
    tenant: Tenant
    owner: User
    customers: int

    def names(self, count: int) -> list[str]:
        """Names of customers, spread evenly over all."""
        with tenant_scope(self.tenant), connection.cursor() as cursor:
            cursor.execute("SELECT name_lc FROM accounts_customer TABLESAMPLE SYSTEM (1) ORDER BY id LIMIT %s", [count])
            return [name for (name,) in cursor.fetchall()]


@cache
def portfolios(database: str) -> tuple[Portfolio, Portfolio]:
    """The small and the large one in this scratch database, made once."""
    as_owner(f"DROP INDEX {TRIGRAMS}", database)  # built once at the end, instead of a million times
    made = _make("small", SMALL), _make("large", LARGE)
    as_owner(f"CREATE INDEX {TRIGRAMS} ON accounts_customer USING gin (tenant_id, name_lc gin_trgm_ops)", database)
    for table in ("accounts_customer", "accounts_customerstanding", "accounts_membership"):
        as_owner(f"VACUUM ANALYZE {table}", database)
    return made


def _make(slug: str, customers: int) -> Portfolio:
    owner = User(email=f"owner@{slug}.example", name="Owner")
    owner.set_unusable_password()
    tenant = create_tenant(slug=slug, name=slug.title(), owner=owner, currency="EUR")
    with tenant_scope(tenant), connection.cursor() as cursor:
        for statement in LOAD:
            cursor.execute(statement, {"customers": customers, "csm": Membership.objects.get().pk})
    return Portfolio(tenant, owner, customers)
