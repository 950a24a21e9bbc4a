"""The timeline of one customer, newest first, by keyset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from accounts.models import Customer
from engagement.models import Activity, Task

PAGE = 20


@dataclass(frozen=True)
class Timeline:
    activities: list[Activity]
    older: str  # cursor of the next page, or empty


def timeline(customer: Customer, *, before: str = "", kind: str = "") -> Timeline:
    """One page. A cursor that cannot be read starts at the newest."""
    rows = Activity.objects.visible().of(customer).newest_first().select_related("author__user", "contact")
    if kind:
        rows = rows.filter(kind=kind)
    position = _position(before)
    if position:
        at, pk = position
        rows = rows.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=pk))
    page = list(rows[: PAGE + 1])
    older = f"{page[PAGE - 1].occurred_at.isoformat()}~{page[PAGE - 1].pk}" if len(page) > PAGE else ""
    return Timeline(page[:PAGE], older)


def open_tasks(customer: Customer) -> list[Task]:
    rows: Any = Task.objects.open().filter(customer=customer).select_related("owner__user", "customer")
    return list(rows.order_by("due_on", "id")[:50])


def _position(cursor: str) -> tuple[datetime, UUID] | None:
    at, _, pk = cursor.partition("~")
    try:
        moment, key = parse_datetime(at), UUID(pk)
    except ValueError:
        return None
    return (moment, key) if moment and moment.tzinfo else None
