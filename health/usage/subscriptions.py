"""What changes elsewhere mean for usage."""

from __future__ import annotations

from accounts.events import subscribe
from accounts.jobs import enqueue
from accounts.models import Contact, DomainEvent
from health.services.features import reclassify
from health.usage import erasure, people, running
from health.usage.alone import write_alone
from health.usage.attribution import BEGINNING, END
from health.usage.rollups import rebuild
from health.usage.tasks import REBUILD


@subscribe("settings.changed")
def days_follow_the_time_zone(event: DomainEvent) -> None:
    if "timezone" in event.payload.get("fields", []):
        enqueue(REBUILD, key="all")


@subscribe("features.changed")
def sums_follow_the_features(event: DomainEvent) -> None:
    reclassify()


@subscribe("subscriptions.changed")
def seats_follow_the_subscriptions(event: DomainEvent) -> None:
    running.mark_stale(event.payload.get("customer_ids") or [])


@subscribe("contacts.changed")
def events_follow_their_users(event: DomainEvent) -> None:
    """Events whose user was unknown so far count for the customer at whom the address book has that user."""
    contacts = Contact.objects.filter(pk__in=event.payload["contact_ids"]).exclude(external_id=None, customer=None)
    customers = {row.external_id: row.customer_id for row in contacts if row.external_id and row.customer_id}
    if not customers:
        return
    write_alone()
    placed = people.histories(customers)
    names = people.names_of(set(customers) - set(placed))
    moves = [people.Move(name, BEGINNING, END, customers[who]) for who in names for name in names[who]]
    spans = people.reattribute(moves, only_unattributed=True)
    rebuild(spans)
    running.mark_stale({str(span.customer_id) for span in spans})


@subscribe("contacts.erased")
def erased_contacts_are_nobody(event: DomainEvent) -> None:
    erasure.erase_users(event.payload.get("user_keys") or [])
