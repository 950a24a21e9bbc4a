"""What the outreach pages show: cadences with their figures, contacts on their way, the outbox, blocked addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.rest.cursors import Cursor, keyset_page
from accounts.rest.problems import Invalid, Problem
from engagement.models import Cadence, Enrolment, Message, Suppression

PAGE = 50
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class CadenceRow:
    cadence: Cadence
    steps: int
    running: int
    sent: int  # in the last 30 days


@dataclass(frozen=True)
class RowPage:
    rows: list[Any]
    next_cursor: str


def cadence_rows() -> list[CadenceRow]:
    """All cadences, active ones first; a tenant has dozens, not thousands."""
    cadences = list(Cadence.objects.annotate(step_count=Count("steps")).order_by("name"))
    running = _counts(Enrolment.objects.running(), "cadence")
    recent = Message.objects.in_state("sent").filter(sent_at__gte=timezone.now() - RECENT)
    sent = _counts(recent, "enrolment__cadence")
    rows = [CadenceRow(each, each.step_count, running.get(each.pk, 0), sent.get(each.pk, 0)) for each in cadences]
    return sorted(rows, key=lambda row: not row.cadence.is_active)


def step_counts(cadence: Cadence) -> dict[Any, int]:
    """How many mails each step has sent."""
    return _counts(Message.objects.in_state("sent").filter(enrolment__cadence=cadence), "step")


def enrolment_page(cadence: Cadence, state: str, cursor: str) -> RowPage:
    rows = Enrolment.objects.filter(cadence=cadence).select_related("contact", "customer")
    return _page(rows.filter(state=state) if state else rows, "-enrolled_at", cursor)


def outbox_page(state: str, cursor: str) -> RowPage:
    rows = Message.objects.select_related("contact", "customer", "enrolment__cadence")
    return _page(rows.filter(state=state) if state else rows, "-created_at", cursor)


def suppression_page(cursor: str) -> RowPage:
    return _page(Suppression.objects.all(), "-created_at", cursor)


def unsure_count(most: int = 100) -> int:
    """How many mails wait for a decision, counted up to a bound."""
    return int(Message.objects.in_state("unsure").order_by()[:most].count())


def _page(rows: QuerySet[Any], order: str, cursor: str) -> RowPage:
    """A cursor that cannot be read starts at the top."""
    column = order.removeprefix("-")
    try:
        place = Cursor.open(cursor) if cursor else None
        page = keyset_page(rows, order=order, column=column, limit=PAGE, cursor=place)
    except (Invalid, Problem):
        page = keyset_page(rows, order=order, column=column, limit=PAGE, cursor=None)
    return RowPage(page.rows, page.next_cursor or "")


def _counts(rows: QuerySet[Any], by: str) -> dict[Any, int]:
    return dict(rows.exclude(Q(**{by: None})).order_by().values_list(by).annotate(Count("pk")))
