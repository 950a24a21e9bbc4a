"""Features of the tenant's product, and which events show that they are used."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.jobs import enqueue
from accounts.services.audit import record_audit
from health.models import EventRole, EventType, Feature
from health.usage import event_types

RECLASSIFY = "usage.reclassify"


def link(features: Iterable[Feature]) -> None:
    """Point the event types at these features: the named ones, or else those that show none and are called alike.

    An event shows one feature; the one that named it last has it.
    """
    for feature in features:
        event_types.register(feature.events)
        if feature.events:
            EventType.objects.filter(feature=feature).exclude(event__in=feature.events).update(feature=None)
            EventType.objects.filter(event__in=feature.events).update(feature=feature)
        else:
            slugs = [event_types.slug(feature.key), event_types.slug(feature.name)]
            EventType.objects.filter(feature=None, slug__in=slugs).update(feature=feature)


def change_event_type(event_type: EventType, *, role: str, feature: Feature | None) -> bool:
    """Whether anything changed; the running sums follow."""
    before = {"role": event_type.role, "feature": str(event_type.feature_id or "")}
    after = {"role": EventRole(role).value, "feature": str(feature.pk if feature else "")}
    if before == after:
        return False
    EventType.objects.filter(pk=event_type.pk).update(role=role, feature=feature)
    record_audit("event_type.updated", event_type, before=before, after=after)
    reclassify()
    return True


def reclassify() -> None:
    """Sums that depend on what events mean are made again soon; several changes make one run."""
    enqueue(RECLASSIFY, key="all")
