"""Closing the books and showing them, against a bare scan of as many movements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from churn.asked import Asked
from churn.selectors.cohorts import cohort_triangle
from churn.selectors.months import monthly_figures
from churn.selectors.periods import Range, period_sums
from churn.selectors.revenue_page import revenue_page
from churn.services.ledger import close_months, rebuild_ledger
from config.bench.clock import Cost, Work, costs
from config.bench.lines import Line, at_most
from config.bench.market import CUSTOMERS, Market, make_market
from config.bench.scratch import as_owner, scratch_database

ROUNDS = 7
# What a movement is at the least: whose, when, which, how much.
BARE = (
    "CREATE TABLE bench_movement (tenant_id bigint, customer_id uuid, day date, kind text, cents bigint)",
    "GRANT SELECT, INSERT ON bench_movement TO perennial_app",
)
COPY = "INSERT INTO bench_movement SELECT tenant_id, customer_id, day, kind, (delta * 100)::bigint FROM churn_movement"
SCAN = "SELECT count(*), sum(cents) FROM bench_movement"


def run() -> Iterator[Line]:
    with scratch_database() as database:
        market = make_market()
        (facts,) = costs([lambda: market.each(rebuild_ledger)], rounds=1, warm_up=0)
        _prepare(market, database)
        _execute("SET max_parallel_workers_per_gather = 0")  # workers' time would not be seen
        movements = _scan()
        one = market.tenants[0]
        works = [_scan, _months(market), _figures(one), _page(one), _late_fact(one)]
        scan, *others = costs(works, rounds=ROUNDS)
    yield from _lines(movements, scan, facts, *others)


def _lines(
    movements: int, scan: Cost, facts: Cost, months: Cost, figures: Cost, page: Cost, late: Cost
) -> Iterator[Line]:
    """Goals of the first two are the product's; the others keep what was reached from getting lost."""
    bare = f"bare scan of {movements} movements: CPU {scan.cpu * 1e3:.0f} ms"

    def line(name: str, cost: Cost, goal: float, what: str) -> Line:
        return at_most(name, cost.cpu / scan.cpu, goal, f"{what}: CPU {cost.cpu * 1e3:.0f} ms; {bare}")

    yield line("revenue.rebuild", months, 6, "monthly sums of all 20 tenants from their ledgers")
    yield line("revenue.page", figures, 1, f"figures, months and cohorts of one tenant of {CUSTOMERS}")
    yield line("revenue.page_whole", page, 4, "everything the page shows, as objects with their charts")
    yield line("revenue.late_fact", late, 4, "a backdated change of one customer, sums included")
    yield line("revenue.from_facts", facts, 1500, "ledgers of all tenants from subscriptions and changes, first time")


def _prepare(market: Market, database: str) -> None:
    for statement in BARE:
        as_owner(statement, database)
    market.each(lambda: _execute(COPY))
    for table in ("bench_movement", "churn_movement", "churn_month"):
        as_owner(f"VACUUM ANALYZE {table}", database)


def _scan() -> int:
    return int(_execute(SCAN)[0])


def _months(market: Market) -> Work:
    return lambda: market.each(close_months)


def _figures(tenant: Tenant) -> Work:
    """What the page asks the database for: a month's movements, two years of months, the triangle."""
    today = tenant.today()
    period = Range(today - timedelta(days=30), today, today)

    def read() -> None:
        with tenant_scope(tenant):
            period_sums(tenant, period)
            monthly_figures(tenant, 24)
            cohort_triangle(tenant, "nrr")

    return read


def _page(tenant: Tenant) -> Work:
    def read() -> None:
        with tenant_scope(tenant):
            revenue_page(tenant, Asked.read(tenant, {}))

    return read


def _late_fact(tenant: Tenant) -> Work:
    with tenant_scope(tenant):
        customer = Customer.objects.order_by("pk").values_list("pk", flat=True)[CUSTOMERS // 2]

    def rewrite() -> None:
        with tenant_scope(tenant):
            _execute(
                "UPDATE accounts_subscription SET unit_amount = unit_amount + 1 WHERE customer_id = %s RETURNING 1",
                [customer],
            )
            rebuild_ledger([customer])

    return rewrite


def _execute(sql: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if cursor.description else None
