from __future__ import annotations

from dataclasses import dataclass

from health.models import EventType
from health.usage.event_types import slug

PER_PAGE = 50


@dataclass(frozen=True)
class EventTypePage:
    rows: list[EventType]
    next_cursor: str


def event_type_page(wanted: str, after: str) -> EventTypePage:
    """Event types by name, from the one after `after`; `wanted` narrows to names that begin so."""
    found = EventType.objects.select_related("feature").order_by("event")
    if wanted.strip():
        found = found.filter(slug__startswith=slug(wanted))
    if after:
        found = found.filter(event__gt=after.replace("\x00", ""))
    rows = list(found[: PER_PAGE + 1])
    return EventTypePage(rows[:PER_PAGE], rows[PER_PAGE - 1].event if len(rows) > PER_PAGE else "")
