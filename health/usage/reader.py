"""The one reader of usage: rollups only, never raw events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class Usage:
    """How often, and by how many different people, in one day or week."""

    day: date
    count: int
    users: int


def daily(customer: UUID, start: date, end: date, *, event: str = "") -> list[Usage]:
    """Local days with any use from `start` to before `end`; of one event, or of all together."""
    return _usage(
        "SELECT day, count, users FROM health_usage_day"
        " WHERE customer_id = %s AND day >= %s AND day < %s AND event = %s ORDER BY day",
        [str(customer), start, end, event],
    )


def weekly(customer: UUID, start: date, end: date, *, event: str = "") -> list[Usage]:
    """ISO weeks with any use whose Monday lies from `start` to before `end`."""
    return _usage(
        "SELECT week, count, users FROM health_usage_week"
        " WHERE customer_id = %s AND week >= %s AND week < %s AND event = %s ORDER BY week",
        [str(customer), start, end, event],
    )


def actions_by_week(customer: UUID, first: date, last: date) -> list[tuple[date, int]]:
    """ISO weeks (Mondays, both ends included) with events that count as actions, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.week, sum(w.count) FROM health_usage_week w JOIN health_eventtype t ON t.event = w.event
            WHERE w.customer_id = %s AND w.week BETWEEN %s AND %s AND t.role = 'action' GROUP BY 1 ORDER BY 1
            """,
            [str(customer), first, last],
        )
        return [(week, int(count)) for week, count in cursor.fetchall()]


def running(customer: UUID) -> dict[str, Any] | None:
    """The running sums of one customer, if any usage was ever summed up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM health_usage_running WHERE customer_id = %s", [str(customer)])
        row = cursor.fetchone()
        return dict(zip([column.name for column in cursor.description], row, strict=True)) if row else None


def _usage(sql: str, params: list[Any]) -> list[Usage]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Usage(*row) for row in cursor.fetchall()]
