from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.events import record_event
from accounts.models import Customer, Interval, Subscription, SubscriptionChange, SubscriptionStatus
from accounts.rest.fields import Choice, Day, ExternalId, Instant, Money, Number, Text, Whole
from accounts.rest.places import Currency
from accounts.rest.problems import FieldError
from accounts.rest.references import Ref
from accounts.rest.resource import Resource, Write


class Subscriptions(Resource):
    model = Subscription
    name = "subscription"
    fields = {
        "external_id": ExternalId(),
        "customer": Ref(Customer, required=True),
        "plan": Text(100, null=True),
        "currency": Currency(required=True),
        "unit_amount": Money(required=True, least=0, help="Price of one unit per interval."),
        "quantity": Number(14, 4, least=0, default=1),
        "interval": Choice(Interval.values, default=Interval.MONTH.value),
        "interval_count": Whole(1, 1000, default=1),
        "discount_percent": Number(7, 4, least=0, most=100, default=0),
        "status": Choice(SubscriptionStatus.values, default=SubscriptionStatus.ACTIVE.value),
        "started_on": Day(required=True),
        "ended_on": Day(null=True, help="The first day on which it is over."),
        "cancelled_at": Instant(null=True),
        "cancel_reason": Text(200, null=True),
        "seats": Whole(0, null=True),
        "created_at": Instant(),
        "updated_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "updated_at": "updated_at"}
    filters = {
        "external_id": ExternalId(),
        "customer": Ref(Customer),
        "status": Choice(SubscriptionStatus.values),
        "plan": Text(100),
        "updated_since": Instant(source="updated_at__gte"),
    }

    def check(self, row: Any) -> Iterable[FieldError]:
        if row.ended_on is not None and row.ended_on < row.started_on:
            yield FieldError("/ended_on", "before_start", _("May not be before started_on."))

    def written(self, writes: Sequence[Write]) -> None:
        days = [day for write in writes for day in (write.row.started_on, write.before.get("started_on")) if day]
        owners = {write.row.customer_id for write in writes} | {
            write.before["customer_id"] for write in writes if "customer_id" in write.before
        }
        _announce(owners, min(days))

    def removed(self, rows: Sequence[Any]) -> None:
        _announce({row.customer_id for row in rows}, min(row.started_on for row in rows))


class SubscriptionChanges(Resource):
    """Left out of a change, a field keeps the value it had; null says the same."""

    model = SubscriptionChange
    name = "subscription_change"
    fields = {
        "external_id": ExternalId(),
        "subscription": Ref(Subscription, required=True),
        "effective_on": Day(required=True, help="The first day on which the change holds."),
        "unit_amount": Money(null=True, least=0),
        "quantity": Number(14, 4, least=0, null=True),
        "plan": Text(100, null=True),
        "interval": Choice(Interval.values, null=True),
        "interval_count": Whole(1, 1000, null=True),
        "discount_percent": Number(7, 4, least=0, most=100, null=True),
        "status": Choice(SubscriptionStatus.values, null=True),
        "currency": Currency(null=True),
        "seats": Whole(0, null=True),
        "reason": Text(200, null=True),
        "created_at": Instant(),
    }
    filters = {
        "external_id": ExternalId(),
        "subscription": Ref(Subscription),
        "customer": Ref(Customer, source="subscription__customer"),
    }
    optional = ("plan", "interval", "status", "currency")

    def __init__(self) -> None:
        super().__init__()
        for name in self.optional:
            self.fields[name].empty = None

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("subscription")

    def check(self, row: Any) -> Iterable[FieldError]:
        changing = ("unit_amount", "quantity", "interval_count", "discount_percent", "seats", *self.optional)
        if all(getattr(row, name) is None for name in changing):
            yield FieldError("", "empty", _("Changes nothing: give at least one field."))

    def written(self, writes: Sequence[Write]) -> None:
        ids = {write.row.subscription_id for write in writes} | {
            write.before["subscription_id"] for write in writes if "subscription_id" in write.before
        }
        days = [day for write in writes for day in (write.row.effective_on, write.before.get("effective_on")) if day]
        owners = Subscription.objects.filter(pk__in=ids).values_list("customer_id", flat=True)
        _announce(set(owners), min(days))

    def removed(self, rows: Sequence[Any]) -> None:
        _announce({row.subscription.customer_id for row in rows}, min(row.effective_on for row in rows))


def _announce(customer_ids: Iterable[Any], since: date) -> None:
    owners = sorted({str(each) for each in customer_ids})
    record_event("subscriptions.changed", customer_ids=owners, **{"from": since.isoformat()})


subscriptions = Subscriptions()
subscription_changes = SubscriptionChanges()
