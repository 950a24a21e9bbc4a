from __future__ import annotations

from dataclasses import dataclass

from accounts.formats import format_number
from accounts.models import Customer, Segment

MOST = 1000
SHOWN = 8


@dataclass(frozen=True)
class SegmentPreview:
    """Some of those who belong, and how many they are up to `MOST`."""

    customers: list[Customer]
    count: int
    is_more: bool

    @property
    def count_text(self) -> str:
        return f"{format_number(self.count)}+" if self.is_more else format_number(self.count)


def preview_of(segment: Segment) -> SegmentPreview:
    """Counts no further than `MOST`, so that a segment of a million costs no more than one of a thousand."""
    rows = segment.customers()
    count = rows.order_by()[: MOST + 1].count()
    return SegmentPreview(list(rows.order_by("name_lc", "id")[:SHOWN]), min(count, MOST), count > MOST)
