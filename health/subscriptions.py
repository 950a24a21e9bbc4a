"""Reactions to what other apps record."""

from __future__ import annotations

import health.usage.subscriptions  # noqa: F401  its reactions register themselves
from accounts.events import subscribe
from accounts.models import Contact, DomainEvent
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


@subscribe("contacts.changed")
def customers_of_contacts_are_scored_again(event: DomainEvent) -> None:
    contacts = Contact.objects.filter(pk__in=event.payload.get("contact_ids") or [], is_champion=True)
    touch([str(pk) for pk in contacts.exclude(customer=None).values_list("customer_id", flat=True)])
