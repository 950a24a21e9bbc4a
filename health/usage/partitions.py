"""Monthly partitions of the events table: made ahead of time, and when an import reaches back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

_MAKE = "SELECT health_make_event_partitions(%s, %s)"


def make_ahead(first: date, last: date) -> int:
    """How many months were missing."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [first, last])
        return int(cursor.fetchone()[0])


def make_for(days: Iterable[date]) -> None:
    """Nothing is made for months outside 2010 to next year: those events go to the default partition."""
    for month in sorted({day.replace(day=1) for day in days}):
        make_ahead(month, month)
