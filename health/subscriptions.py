"""Reactions to what other apps record."""

from __future__ import annotations

import health.usage.subscriptions  # noqa: F401  its reactions register themselves
from accounts.events import subscribe
from accounts.models import DomainEvent
from health.services.scorecards import ensure_default_scorecards
from health.tasks import touch


@subscribe("tenant.created")
def tenant_gets_scorecards(event: DomainEvent) -> None:
    ensure_default_scorecards()


@subscribe("usage.received")
@subscribe("customers.changed")
@subscribe("subscriptions.changed")
@subscribe("measures.received")
def customers_are_scored_again(event: DomainEvent) -> None:
    touch(event.payload.get("customer_ids") or [])
