"""The database's arithmetic of local time against an oracle in plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

# Without zones whose rules were changed lately: Postgres and Python may have tables of different years.
ZONES = [
    "Europe/Warsaw",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "UTC",
]
pytestmark = pytest.mark.django_db


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A skipped time moves on by the gap; of a repeated one, one is taken."""
    local = datetime.combine(day, at, tzinfo=zone)
    later = local.replace(fold=1).astimezone(UTC)
    return later if later.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else local.astimezone(UTC)


def by_hand(day: date, weekdays: list[int], start: time, end: time, zone: ZoneInfo, after: datetime) -> datetime:
    day = max(day, after.astimezone(zone).date())
    while day.isoweekday() not in weekdays or instant(day, end, zone) <= after:
        day += timedelta(days=1)
    return instant(day, start, zone)


def by_database(day: date, weekdays: list[int], start: time, end: time, zone: str, after: datetime) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT next_send_at(%s, %s::smallint[], %s, %s, %s, %s)", [day, weekdays, start, end, zone, after]
        )
        moment: datetime = cursor.fetchone()[0]
        return moment.astimezone(UTC)


@settings(max_examples=300, deadline=None)
@given(
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    ahead=st.integers(-20, 20),
    minute=st.integers(0, 1439),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    window=st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True),
    zone=st.sampled_from(ZONES),
)
def test_same_as_by_hand(day: date, ahead: int, minute: int, weekdays: set[int], window: list[int], zone: str) -> None:
    start, end = (time(*divmod(each, 60)) for each in sorted(window))
    after = datetime.combine(day, time(*divmod(minute, 60)), tzinfo=UTC) + timedelta(days=ahead)
    case = (day, sorted(weekdays), start, end)
    assert by_database(*case, zone, after) == by_hand(*case, ZoneInfo(zone), after)


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        ("2026-03-29", time(2, 30), "Europe/Warsaw", "2026-03-29T01:30:00"),  # skipped: half past three
        ("2026-10-25", time(2, 30), "Europe/Warsaw", "2026-10-25T01:30:00"),  # twice: the second one
        ("2026-03-08", time(2, 30), "America/New_York", "2026-03-08T07:30:00"),
    ],
)
def test_days_on_which_clocks_change(day: str, at: time, zone: str, expected: str) -> None:
    on = date.fromisoformat(day)
    after = datetime.combine(on - timedelta(days=1), time(12), tzinfo=UTC)
    every = [1, 2, 3, 4, 5, 6, 7]
    found = by_database(on, every, at, time(12), zone, after)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
