"""Reads the ledger for any range of local days, whole or in groups of customers or of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.models import Tenant
from churn.periods import State, Sums, sums_of
from churn.statements import statement

TIME_GROUPS = ("month", "week")
_OF_CUSTOMER = "JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.id = {table}.customer_id"
_OF_CSM = (
    " LEFT JOIN accounts_membership csm ON csm.tenant_id = %(tenant)s AND csm.id = c.csm_id"
    " LEFT JOIN accounts_user person ON person.id = csm.user_id"
)
_ATTRIBUTES = {
    "acquisition_channel": ("c.acquisition_channel", _OF_CUSTOMER),
    "tier": ("c.tier", _OF_CUSTOMER),
    "stage": ("c.stage", _OF_CUSTOMER),
    "csm": ("coalesce(person.email, '')", _OF_CUSTOMER + _OF_CSM),
    "cohort": ("to_char({table}.cohort, 'YYYY-MM')", ""),
}
CUSTOMER_GROUPS = ("plan", *_ATTRIBUTES)
_PLAN = "CASE WHEN state_before IN (1, 3) THEN plan_before ELSE plan_after END"

_OPENING = """
    SELECT {key} AS key, coalesce(sum(m.customers), 0)::integer, coalesce(sum(m.delta), 0),
        coalesce(sum(m.unpriced_after::integer - m.unpriced_before::integer), 0)::integer
    FROM churn_movement m {join}
    WHERE m.tenant_id = %(tenant)s AND m.day < %(start)s {segment} GROUP BY 1
"""
# The sums of whole months, and of the days since the last of them.
_OPENING_FROM_MONTHS = """
    SELECT NULL, sum(customers)::integer, sum(mrr), sum(unpriced)::integer FROM (
        SELECT coalesce(sum(customers), 0) AS customers, coalesce(sum(delta), 0) AS mrr,
            coalesce(sum(unpriced), 0) AS unpriced
        FROM churn_month WHERE tenant_id = %(tenant)s AND month < %(month)s
        UNION ALL
        SELECT coalesce(sum(customers), 0), coalesce(sum(delta), 0),
            coalesce(sum(unpriced_after::integer - unpriced_before::integer), 0)
        FROM churn_movement
        WHERE tenant_id = %(tenant)s AND line IN (0, 1) AND day >= %(month)s AND day < %(start)s
    ) parts
"""
_OPENING_BY_PLAN = """
    SELECT plan, sum(customers)::integer, sum(mrr), sum(unpriced)::integer FROM (
        SELECT m.plan_after AS plan, (m.state_after IN (1, 3))::integer AS customers, m.mrr_after AS mrr,
            m.unpriced_after::integer AS unpriced
        FROM churn_movement m WHERE m.tenant_id = %(tenant)s AND m.day < %(start)s {segment}
        UNION ALL
        SELECT m.plan_before, -(m.state_before IN (1, 3))::integer, -m.mrr_before, -m.unpriced_before::integer
        FROM churn_movement m WHERE m.tenant_id = %(tenant)s AND m.day < %(start)s {segment}
    ) sides GROUP BY plan HAVING sum(customers) <> 0 OR sum(mrr) <> 0
"""


@dataclass(frozen=True)
class Segment:
    """A subquery of customer ids, complete with its values (`churn.selectors.segments`)."""

    sql: str


@dataclass(frozen=True)
class Range:
    """[start, end) in local days; lines from `until` on are not counted, because they are still to come."""

    start: date
    end: date
    until: date

    @classmethod
    def to_date(cls, tenant: Tenant, start: date, end: date) -> Range:
        """What is known to have happened: nothing after today."""
        return cls(start, end, min(end, tenant.today() + timedelta(days=1)))


def period_sums(
    tenant: Tenant,
    period: Range,
    *,
    group_by: str | None = None,
    every: str | None = None,
    segment: Segment | None = None,
) -> dict[tuple[date, str | None], Sums]:
    """Sums per (first day of the bucket, key). Groups of time have every bucket, of customers those that exist."""
    openings = _openings(tenant, min(period.start, period.until), group_by, segment)
    moved = {(row["bucket"], row["key"]): row for row in _moved(tenant, period, group_by, every, segment)}
    keys = set(openings) | {key for _, key in moved}
    found = {}
    for key in sorted(keys, key=lambda each: each or ""):
        state = openings.get(key, State())
        for bucket, _ in buckets(tenant, period, every):
            found[bucket, key] = sums_of(state, moved.get((bucket, key)))
            state = found[bucket, key].closing
    return found


def buckets(tenant: Tenant, period: Range, every: str | None) -> Iterator[tuple[date, date]]:
    """The parts of a range: [first day, first day of the next)."""
    start = period.start
    while start < period.end:
        end = min(_next_bucket(start, every, tenant.week_start), period.end) if every else period.end
        yield start, end
        start = end


def _next_bucket(day: date, every: str, week_start: int) -> date:
    if every == "month":
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 - (day.isoweekday() - week_start) % 7)


def _openings(tenant: Tenant, start: date, group_by: str | None, segment: Segment | None) -> dict[str | None, State]:
    values: dict[str, Any] = {"tenant": tenant.pk, "start": start, "month": start.replace(day=1)}
    if group_by is None and segment is None:
        sql = _OPENING_FROM_MONTHS
    elif group_by == "plan":
        sql = _OPENING_BY_PLAN.format(segment=_segment(segment))
    else:
        key, join = customer_attribute(group_by, "m")
        sql = _OPENING.format(key=key, join=join, segment=_segment(segment))
    found = {row[0]: State(*row[1:]) for row in _rows(sql, values)}
    return found if group_by else found or {None: State()}


def _moved(
    tenant: Tenant, period: Range, group_by: str | None, every: str | None, segment: Segment | None
) -> list[dict[str, Any]]:
    week = f"m.day - ((extract(isodow FROM m.day)::integer - {int(tenant.week_start)} + 7) %% 7)"
    bucket = {None: "%(start)s::date", "month": "greatest(m.month, %(start)s::date)"}
    key, join = (_PLAN, "") if group_by == "plan" else customer_attribute(group_by, "moved")
    sql = statement("period").format(
        bucket=bucket.get(every, f"greatest({week}, %(start)s::date)"), key=key, join=join, segment=_segment(segment)
    )
    values: dict[str, Any] = {
        "tenant": tenant.pk,
        "currency": tenant.currency,
        "start": period.start,
        "end": period.until,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def customer_attribute(group_by: str | None, table: str) -> tuple[str, str]:
    """The key expression of a group and the joins it needs, for rows of `table` with a customer_id."""
    key, join = _ATTRIBUTES[group_by] if group_by else ("NULL::text", "")
    return key.format(table=table), join.format(table=table)


def _segment(segment: Segment | None) -> str:
    return f"AND m.customer_id IN ({segment.sql})" if segment else ""


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
