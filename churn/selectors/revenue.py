"""The revenue report: every figure of a period, whole and in groups, for the page and for the API alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.models import Tenant
from accounts.policies import Policies, policies_of
from churn.definitions import DEFINITION_VERSION
from churn.lifetime import LifetimeValue, lifetime_value
from churn.models import RevenueLedger
from churn.periods import Sums
from churn.rates import Figures, figures_of
from churn.selectors.months import closed_months
from churn.selectors.periods import TIME_GROUPS, Range, Segment, buckets, period_sums

GROUPS = ("month", "week", "plan", "acquisition_channel", "tier", "csm", "cohort", "stage")
NET_CHANGE_DAYS = 30
LOOK_BACK_MONTHS = 12


@dataclass(frozen=True)
class Section:
    """All figures of one group, or of the whole."""

    key: str | None
    start: date
    end: date
    sums: Sums
    figures: Figures
    lifetime: LifetimeValue
    is_partial: bool


@dataclass(frozen=True)
class Report:
    """Figures of [start, end); `computed_at` is None as long as nothing was ever computed."""

    tenant: Tenant
    period: Range
    policies: Policies
    total: Section
    group_by: str | None = None
    groups: list[Section] = field(default_factory=list)
    computed_at: datetime | None = None
    excluded_test_customers: int = 0
    definition_version: str = DEFINITION_VERSION
    is_forecast: bool = False


def default_period(tenant: Tenant, as_of: date | None = None) -> tuple[date, date]:
    """The last complete span of the net-change formulas: 30 days, or the calendar month, by policy.

    With `as_of` the span ends with that day.
    """
    end = as_of + timedelta(days=1) if as_of else tenant.today()
    if policies_of(tenant).net_change_period == "rolling_30":
        return end - timedelta(days=NET_CHANGE_DAYS), end
    if as_of:
        return as_of.replace(day=1), end
    first = end.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def period_of(tenant: Tenant, start: date, end: date, *, scheduled: bool = False) -> Range:
    """Up to today; with `scheduled` what is agreed for the days to come counts as if it had happened."""
    return Range(start, end, end) if scheduled else Range.to_date(tenant, start, end)


def revenue_report(
    tenant: Tenant,
    period: Range,
    *,
    group_by: str | None = None,
    segment: Segment | None = None,
    group_lifetimes: bool = True,
) -> Report:
    """`group_lifetimes` costs a year of movements per group, for their lifetime values."""
    policies = policies_of(tenant)
    every = group_by if group_by in TIME_GROUPS else None
    by_customer = None if every else group_by
    totals = period_sums(tenant, period, segment=segment)
    year = _last_year(tenant, period, None, segment).get(None, [])
    ledger = RevenueLedger.objects.first()
    groups = []
    if group_by:
        ends = dict(buckets(tenant, period, every))
        found = period_sums(tenant, period, group_by=by_customer, every=every, segment=segment)
        years = _last_year(tenant, period, by_customer, segment) if by_customer and group_lifetimes else {}
        for (start, key), sums in found.items():
            name = start.isoformat() if every else key
            parts = years.get(key, []) if by_customer else year
            groups.append(_section(tenant, policies, name, start, ends[start], sums, parts))
    total = _section(tenant, policies, None, period.start, period.end, totals[period.start, None], year)
    return Report(
        tenant,
        period,
        policies,
        total,
        group_by,
        groups,
        ledger.computed_at if ledger else None,
        ledger.excluded_test_customers if ledger else 0,
        is_forecast=period.until > tenant.today() + timedelta(days=1),
    )


def is_partial(tenant: Tenant, start: date, end: date) -> bool:
    """Whether the period is not over yet."""
    return end > tenant.today()


def _section(
    tenant: Tenant, policies: Policies, key: str | None, start: date, end: date, sums: Sums, year: list[Sums]
) -> Section:
    figures = figures_of(sums, policies)
    lifetime = lifetime_value(figures["arpa"], year, policies)
    return Section(key, start, end, sums, figures, lifetime, is_partial(tenant, start, end))


def _last_year(
    tenant: Tenant, period: Range, group_by: str | None, segment: Segment | None
) -> dict[str | None, list[Sums]]:
    """Monthly sums of the twelve months that were over at the closing, per key; None is the key of the whole."""
    if group_by is None and segment is None:
        return {None: closed_months(tenant, period.until, LOOK_BACK_MONTHS)}
    end = period.until.replace(day=1)
    year = Range(_months_before(end, LOOK_BACK_MONTHS), end, end)
    found: dict[str | None, list[Sums]] = {}
    for (_, key), sums in period_sums(tenant, year, group_by=group_by, every="month", segment=segment).items():
        found.setdefault(key, []).append(sums)
    return found


def _months_before(day: date, months: int) -> date:
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def money(value: Decimal | None) -> Decimal | None:
    """Free of the noise in the last places that summing twelfths leaves."""
    return None if value is None else round(value, 8)
