"""What the walls cost: the scope against a plain transaction, and the same reads with and without row-level security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from accounts.models import Customer, CustomerStanding
from accounts.tenancy.scope import tenant_scope
from config.bench.clock import Cost, Work, costs, result
from config.bench.portfolio import Portfolio, portfolios
from config.bench.scratch import as_owner, scratch_database

ROUNDS = 100
SCANS = 7
WALLED = ("accounts_customer", "accounts_customerstanding")


def run() -> Iterator[dict[str, Any]]:
    with scratch_database() as database:
        _small, large = portfolios(database)
        scope, plain = (cost.wall for cost in costs([lambda: _scoped(large), _plain], rounds=ROUNDS))
        detail = f"{scope * 1e3:.2f} ms, plain transaction {plain * 1e3:.2f} ms"
        yield result("tenancy.scope", scope / plain, 2, detail)
        walled = _reads(large)
        for table in WALLED:
            as_owner(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", database)
        try:
            bare = _reads(large)
        finally:
            for table in WALLED:
                as_owner(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", database)
    for name, goal in (("list", 1.3), ("scan", 1.3)):
        ratio = walled[name].cpu / bare[name].cpu
        detail = f"CPU {walled[name].cpu * 1e3:.2f} ms, without row-level security {bare[name].cpu * 1e3:.2f} ms"
        yield result(f"tenancy.{name}", ratio, goal, detail)


def _scoped(portfolio: Portfolio) -> None:
    with tenant_scope(portfolio.tenant):
        _select_one()


def _plain() -> None:
    with transaction.atomic():
        _select_one()


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _reads(portfolio: Portfolio) -> dict[str, Cost]:
    """A page of the list by name, and a sum over all million rows."""
    page: Work = lambda: list(Customer.objects.select_related("standing").order_by("name_lc", "id")[:50])  # noqa: E731
    total: Work = lambda: CustomerStanding.objects.aggregate(Sum("mrr_cents"))  # noqa: E731
    with tenant_scope(portfolio.tenant):
        return {"list": costs([page], rounds=ROUNDS)[0], "scan": costs([total], rounds=SCANS, warm_up=1)[0]}
