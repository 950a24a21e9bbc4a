"""How the event stream is doing, for its page in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.charts.bars import BarChart, BarSeries
from accounts.models import ApiKey, Tenant
from integrations.models import DeadLetter, InboxPost, Reason

DAYS = 14
PER_PAGE = 25


@dataclass(frozen=True)
class Stream:
    """Of the whole tenant, whatever the customer."""

    last_received_at: datetime | None
    today: int
    waiting: int
    refused: int
    by_day: BarChart
    write_keys: list[ApiKey]


def stream(tenant: Tenant, now: datetime) -> Stream:
    days = _by_day(tenant.today())
    return Stream(
        last_received_at=_last_received(),
        today=int(days.series[0].values[-1] or 0),
        waiting=InboxPost.objects.aggregate(n=Count("id"))["n"],
        refused=DeadLetter.objects.filter(replayed_at=None, received_at__gte=now - timedelta(days=DAYS)).count(),
        by_day=days,
        write_keys=list(ApiKey.objects.usable(now).filter(is_write_key=True).order_by("-created_at")[:20]),
    )


def _by_day(today: date) -> BarChart:
    days = [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, count FROM health_telemetry_day WHERE day BETWEEN %s AND %s", [days[0], today])
        counts = dict(cursor.fetchall())
    labels = [date_format(day, "j M") for day in days]
    return BarChart(_("Events a day"), labels, [BarSeries(_("Events"), [counts.get(day, 0) for day in days])])


def _last_received() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_received_at) FROM health_telemetry_day")
        stored = cursor.fetchone()[0]
    waiting = InboxPost.objects.aggregate(at=Max("received_at"))["at"]
    return max((at for at in (stored, waiting) if at), default=None)


@dataclass(frozen=True)
class DeadLetterPage:
    rows: list[DeadLetter]
    next_cursor: str


def dead_letter_page(reason: str, before: str) -> DeadLetterPage:
    """The newest first; `before` is the id after which the page goes on."""
    found = DeadLetter.objects.order_by("-id")
    if reason in Reason.values:
        found = found.filter(reason=reason)
    if cursor := _uuid(before):
        found = found.filter(pk__lt=cursor)
    rows = list(found[: PER_PAGE + 1])
    return DeadLetterPage(rows[:PER_PAGE], str(rows[PER_PAGE - 1].pk) if len(rows) > PER_PAGE else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
