"""Domain events: the door upwards. An app records what happened; apps above subscribe.

One job per subscriber is written in the same transaction as the event, so that a reaction is neither lost
nor run before the change is visible. Subscribers are called in the tenant's scope and must be repeatable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from accounts.jobs import enqueue, job_handler
from accounts.models import DomainEvent, Job

Subscriber = Callable[[DomainEvent], Any]

subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)

DELIVERY = "event.deliver"


def subscribe(kind: str) -> Callable[[Subscriber], Subscriber]:
    """Register a reaction to events of this kind. Lives in `subscriptions.py` of an app above."""

    def register(subscriber: Subscriber) -> Subscriber:
        subscribers[kind][f"{subscriber.__module__}.{subscriber.__qualname__}"] = subscriber
        return subscriber

    return register


def record_event(kind: str, **payload: Any) -> DomainEvent:
    """Write the event and one delivery per subscriber into the open transaction.

    A bulk write records one event that carries `customer_ids`.
    """
    event = DomainEvent.objects.create(kind=kind, payload=payload)
    for name in subscribers[kind]:
        enqueue(DELIVERY, key=f"{event.pk}:{name}", payload={"event": str(event.pk), "subscriber": name})
    return event


@job_handler(DELIVERY)
def deliver_event(job: Job) -> None:
    event = DomainEvent.objects.get(pk=job.payload["event"])
    subscriber = subscribers[event.kind].get(job.payload["subscriber"])
    if subscriber is not None:
        subscriber(event)
