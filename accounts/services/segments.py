from __future__ import annotations

from accounts.events import record_event
from accounts.models import Segment
from accounts.services.audit import record_audit, record_changes, snapshot


def save_segment(segment: Segment) -> None:
    """Save a new segment, or what changed of a known one."""
    if segment._state.adding:
        segment.save(force_insert=True)
        record_changes("segment", [(segment, True, {})])
    else:
        stored = snapshot(Segment.objects.get(pk=segment.pk), "name", "rule")
        before = {name: value for name, value in stored.items() if value != getattr(segment, name)}
        if not before:
            return
        segment.save(update_fields=[*before, "updated_at"])
        record_changes("segment", [(segment, False, before)])
    record_event("segments.changed", segment_ids=[str(segment.pk)])


def remove_segment(segment: Segment) -> None:
    record_audit("segment.deleted", segment, before=snapshot(segment, "name", "rule"))
    record_event("segments.changed", segment_ids=[str(segment.pk)])
    segment.delete()
