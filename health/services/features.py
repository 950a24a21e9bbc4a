"""Features of the tenant's product, and which events show that they are used."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.jobs import enqueue
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


def set_role(event_type: EventType, role: str) -> None:
    """Let an event count as an action, a log-in, or not at all; the running sums follow."""
    EventType.objects.filter(pk=event_type.pk).update(role=EventRole(role))
    reclassify()


def set_feature(event_type: EventType, feature: UUID | None) -> None:
    EventType.objects.filter(pk=event_type.pk).update(feature_id=feature)
    reclassify()


def reclassify() -> None:
    """Sums that depend on what events mean are made again soon; several changes make one run."""
    enqueue(RECLASSIFY, key="all")
