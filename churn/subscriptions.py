"""What the ledger does when facts below it change."""

from __future__ import annotations

from accounts.events import record_event, subscribe
from accounts.models import DomainEvent
from churn.services.ledger import (
    customers_in_foreign_currency,
    follow_customers,
    rebuild_if_outdated,
    rebuild_ledger,
)


@subscribe("subscriptions.changed")
def follow_subscriptions(event: DomainEvent) -> None:
    customer_ids = event.payload.get("customer_ids")
    rebuild_ledger(customer_ids)
    record_event("revenue.rebuilt", customer_ids=customer_ids)


@subscribe("fx.changed")
def follow_rates(event: DomainEvent) -> None:
    customer_ids = customers_in_foreign_currency()
    if customer_ids:
        rebuild_ledger(customer_ids)
        record_event("revenue.rebuilt", customer_ids=[str(each) for each in customer_ids])


@subscribe("customers.changed")
def follow_test_accounts(event: DomainEvent) -> None:
    follow_customers(event.payload.get("customer_ids", []))


@subscribe("settings.changed")
def follow_settings(event: DomainEvent) -> None:
    if rebuild_if_outdated():
        record_event("revenue.rebuilt", customer_ids=None)
