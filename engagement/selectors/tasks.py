"""The task list: open by due date, done newest first, by keyset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from accounts.models import Membership
from engagement.models import Task

PAGE = 50


@dataclass(frozen=True)
class TaskPage:
    tasks: list[Task]
    next_cursor: str


def task_list(*, state: str, member: Membership | None, cursor: str) -> TaskPage:
    """A cursor that cannot be read starts at the beginning."""
    rows = Task.objects.select_related("customer__standing", "owner__user", "done_by__user")
    rows = rows.of_owner(member) if member else rows
    rows = _open(rows, cursor) if state == "open" else _done(rows, cursor)
    page = list(rows[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return TaskPage(page[:PAGE], _cursor(last, state) if last else "")


def _open(rows: Any, cursor: str) -> Any:
    rows = rows.open().order_by("due_on", "id")
    at, pk = _split(cursor)
    try:
        day = date.fromisoformat(at)
    except ValueError:
        return rows
    return rows.filter(Q(due_on__gt=day) | Q(due_on=day, id__gt=pk)) if pk else rows


def _done(rows: Any, cursor: str) -> Any:
    rows = rows.done().order_by("-done_at", "-id")
    at, pk = _split(cursor)
    try:
        moment = parse_datetime(at)
    except ValueError:
        return rows
    return (
        rows.filter(Q(done_at__lt=moment) | Q(done_at=moment, id__lt=pk)) if moment and moment.tzinfo and pk else rows
    )


def _cursor(task: Task, state: str) -> str:
    at = task.due_on.isoformat() if state == "open" else task.done_at.isoformat()  # type: ignore[union-attr]
    return f"{at}~{task.pk}"


def _split(cursor: str) -> tuple[str, UUID | None]:
    at, _, pk = cursor.partition("~")
    try:
        return at, UUID(pk)
    except ValueError:
        return at, None
