"""The usage of one customer as its page shows it. Reads rollups only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.charts.line import Band, LineChart, Series
from accounts.models import Tenant
from health.usage import reader, running

WEEKS = 31
ENOUGH = 8  # weeks before there is anything usual (METRICS.md 7)
MAD_TO_SIGMA = 1.4826
MOST_EVENTS = 8


@dataclass(frozen=True)
class EventUse:
    """An event of the last 28 days."""

    event: str
    feature: str | None
    kind: str | None
    count: int
    days: int


@dataclass(frozen=True)
class CustomerUsage:
    """Everything the panel shows."""

    weekly: LineChart
    sums: dict[str, Any]
    trend: Decimal | None
    events: list[EventUse]

    @property
    def is_empty(self) -> bool:
        return self.weekly.is_empty and not self.events


def customer_usage(tenant: Tenant, customer: UUID) -> CustomerUsage:
    today = tenant.today()
    sums = reader.running(customer) or {}
    return CustomerUsage(
        weekly=_weekly(customer, today),
        sums=sums,
        trend=sums.get("trend_pct"),
        events=_events(customer, today),
    )


def _weekly(customer: UUID, today: date) -> LineChart:
    newest = running.last_complete_week(today)
    weeks = [newest - timedelta(weeks=WEEKS - 1 - number) for number in range(WEEKS)]
    found = dict(reader.actions_by_week(customer, weeks[0], newest))
    first = min(found, default=None)
    values = [found.get(week, 0) if first and week >= first else None for week in weeks]
    return LineChart(
        title=_("Actions a week"),
        labels=[date_format(week, "j M") for week in weeks],
        series=[Series(_("Actions"), values, area=True)],
        band=_usual(values),
        include=[0],
    )


def _usual(values: list[int | None]) -> Band | None:
    """Two robust standard deviations around the median of the weeks before the newest."""
    before = [value for value in values[:-1] if value is not None]
    if len(before) < ENOUGH:
        return None
    middle = median(before)
    width = 2 * MAD_TO_SIGMA * median(abs(value - middle) for value in before)
    drawn = [value is not None for value in values]
    lower = [max(0, round(middle - width)) if each else None for each in drawn]
    return Band(_("Usual range"), lower, [round(middle + width) if each else None for each in drawn])


def _events(customer: UUID, today: date) -> list[EventUse]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.event, f.name, f.kind, sum(d.count), count(*)
            FROM health_usage_day d
            LEFT JOIN health_eventtype t ON t.event = d.event LEFT JOIN health_feature f ON f.id = t.feature_id
            WHERE d.customer_id = %s AND d.day > %s AND d.day <= %s AND d.event <> ''
            GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1 LIMIT %s
            """,
            [str(customer), today - timedelta(days=28), today, MOST_EVENTS],
        )
        return [EventUse(*row) for row in cursor.fetchall()]
