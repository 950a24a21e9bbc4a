"""Retention month by month, from the closed sums alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Tenant
from accounts.policies import policies_of
from churn.periods import State, Sums
from churn.rates import Figures, figures_of

_SQL = """
    SELECT month, sum(customers)::integer AS customers, sum(delta) AS delta, sum(unpriced)::integer AS unpriced,
        sum(unpriced_lines)::integer AS unpriced_accounts, (-sum(base_customers))::integer AS lost,
        sum(base_losses) AS base_losses, sum(base_expansion) AS base_expansion, sum(nrr_delta) AS nrr_delta,
        sum(grr_delta) AS grr_delta, sum(nrr_unpriced)::integer AS no_constant,
        bool_or(restated_at IS NOT NULL) AS is_restated
    FROM churn_month WHERE tenant_id = %(tenant)s AND month <= %(last)s GROUP BY month ORDER BY month
"""


@dataclass(frozen=True)
class Month:
    start: date
    sums: Sums
    figures: Figures
    is_partial: bool
    is_restated: bool


def monthly_figures(tenant: Tenant, months: int) -> list[Month]:
    """The last so many months, the running one included; every month before the first movement is left out.

    The running month holds what is agreed for its remaining days as well.
    """
    policies = policies_of(tenant)
    open_month = tenant.today().replace(day=1)
    return [
        Month(start, sums, figures_of(sums, policies), start == open_month, is_restated)
        for start, sums, is_restated in _months(tenant, open_month)[-months:]
    ]


def closed_months(tenant: Tenant, before: date, months: int) -> list[Sums]:
    """The sums of the last so many months that were over on this day."""
    last = before.replace(day=1) - timedelta(days=1)
    return [sums for _, sums, _ in _months(tenant, last.replace(day=1))[-months:]]


def _months(tenant: Tenant, last: date) -> list[tuple[date, Sums, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"tenant": tenant.pk, "last": last})
        names = [column.name for column in cursor.description]
        moved = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    found, state = [], State()
    month = min(moved, default=last)
    while month <= last:
        sums = _sums(state, moved.get(month))
        found.append((month, sums, bool(moved.get(month, {}).get("is_restated"))))
        state = sums.closing
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def _sums(opening: State, row: dict[str, Any] | None) -> Sums:
    if row is None:
        return Sums(opening, opening)
    closing = State(
        opening.customers + row["customers"], opening.mrr + row["delta"], opening.unpriced + row["unpriced"]
    )
    names = ("lost", "base_losses", "base_expansion", "nrr_delta", "grr_delta", "no_constant", "unpriced_accounts")
    moved: dict[str, Any] = {name: row[name] or Decimal(0) for name in names}
    return Sums(opening, closing, **moved)
