"""What the customer page says itself; panels of the apps above say the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext, gettext_lazy

from accounts.formats import format_percent
from accounts.models import (
    Contact,
    Customer,
    CustomerStanding,
    Interval,
    Subscription,
    SubscriptionChange,
    SubscriptionStatus,
)

MOST_PEOPLE = 100


@dataclass(frozen=True)
class CustomerFacts:
    customer: Customer
    standing: CustomerStanding

    @property
    def arr(self) -> Decimal:
        return Decimal(self.standing.mrr_cents) * 12 / 100

    @property
    def mrr(self) -> Decimal:
        return Decimal(self.standing.mrr_cents) / 100


def customer_facts(pk: UUID) -> CustomerFacts:
    """Http404 for a customer of another tenant as for one that does not exist."""
    row = Customer.objects.select_related("standing", "csm__user").filter(pk=pk).first()
    if row is None:
        raise Http404("No such customer.")
    standing = getattr(row, "standing", None) or CustomerStanding(customer=row)
    return CustomerFacts(row, standing)


def people_of(customer: Customer) -> list[Contact]:
    """Champions first, then by name."""
    return list(Contact.objects.filter(customer=customer).order_by("-is_champion", "name", "id")[:MOST_PEOPLE])


@dataclass(frozen=True)
class SubscriptionNow:
    """A subscription with the values that hold today, after all changes so far."""

    subscription: Subscription
    plan: str
    unit_amount: Decimal
    quantity: Decimal
    interval: str
    interval_count: int
    discount_percent: Decimal
    status: str
    currency: str
    seats: int | None
    is_over: bool

    @property
    def amount(self) -> Decimal:
        """What one interval costs after the discount, in the subscription's own currency."""
        return self.unit_amount * self.quantity * (100 - self.discount_percent) / 100

    @property
    def discount(self) -> str:
        return format_percent(self.discount_percent / 100, 0 if self.discount_percent % 1 == 0 else 1)

    @property
    def rhythm(self) -> str:
        if self.interval_count != 1:
            return gettext("every %(count)s × %(interval)s") % {
                "count": self.interval_count,
                "interval": Interval(self.interval).label.lower(),
            }
        return str(RHYTHMS[self.interval])

    @property
    def status_label(self) -> str:
        return str(SubscriptionStatus(self.status).label)

    @property
    def status_tone(self) -> str:
        return STATUS_TONES.get(self.status, "muted")


RHYTHMS = {
    "day": gettext_lazy("a day"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
    "quarter": gettext_lazy("a quarter"),
    "half_year": gettext_lazy("a half-year"),
    "year": gettext_lazy("a year"),
}
STATUS_TONES = {"active": "good", "trialing": "info", "past_due": "bad", "paused": "warn"}

CHANGEABLE = ("plan", "unit_amount", "quantity", "interval", "interval_count", "discount_percent", "status", "currency")


def subscriptions_of(customer: Customer, day: date) -> list[SubscriptionNow]:
    """Running ones first, each as it stands on this local day: two statements."""
    rows = list(Subscription.objects.filter(customer=customer).order_by("-started_on", "-id"))
    changes: dict[UUID, list[SubscriptionChange]] = {}
    for change in SubscriptionChange.objects.filter(subscription__in=rows, effective_on__lte=day).order_by(
        "effective_on", "id"
    ):
        changes.setdefault(change.subscription_id, []).append(change)
    return sorted((as_it_stands(row, changes.get(row.pk, []), day) for row in rows), key=lambda now: now.is_over)


def as_it_stands(row: Subscription, changes: list[SubscriptionChange], day: date) -> SubscriptionNow:
    values = {name: getattr(row, name) for name in (*CHANGEABLE, "seats")}
    for change in changes:
        changed = {name: getattr(change, name) for name in values}
        values |= {name: value for name, value in changed.items() if value is not None}
    ended = row.ended_on is not None and row.ended_on <= day
    return SubscriptionNow(row, **values, is_over=ended or values["status"] == "cancelled")
