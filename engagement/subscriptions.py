"""Reactions to what other apps record."""

from __future__ import annotations

from accounts.events import subscribe
from accounts.models import Customer, DomainEvent
from engagement.models import ActivityKind, Cadence, Signal
from engagement.services import enrolments
from engagement.services.tasks import create_task
from engagement.services.timeline import record_activity
from engagement.wording import next_action


@subscribe("health.alerted")
def alert_becomes_task(event: DomainEvent) -> None:
    """A fall in health lands on the timeline and on the CSM's list, once per alert."""
    customer = Customer.objects.select_related("csm").filter(pk=event.payload["customer_id"]).first()
    if customer is None or customer.is_test:
        return
    signal = Signal.HEALTH_RED if event.payload.get("band") == "red" else Signal.HEALTH_FALLING
    record_activity(
        customer,
        ActivityKind.HEALTH,
        code="health.fell",
        params=event.payload,
        occurred_at=event.at,
        dedupe_key=f"alert:{event.pk}",
    )
    create_task(
        title=next_action(signal),
        due_on=event.tenant.today(),
        customer=customer,
        signal=signal,
        source="alert",
        dedupe_key=f"alert:{event.pk}",
    )


@subscribe("customers.changed")
@subscribe("subscriptions.changed")
def customers_may_enter_cadences(event: DomainEvent) -> None:
    if Cadence.objects.active().exists():
        enrolments.enrol(customers=event.payload.get("customer_ids"))


@subscribe("contacts.changed")
def contacts_may_enter_cadences(event: DomainEvent) -> None:
    if Cadence.objects.active().exists():
        enrolments.enrol(contacts=event.payload.get("contact_ids"))
