"""Plain factories: sensible defaults, any field overridden. Rows of a tenant need its scope open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import (
    Contact,
    Customer,
    CustomerStanding,
    Membership,
    Role,
    Subscription,
    SubscriptionChange,
    Tenant,
    User,
)

numbers = count(1)


def make_tenant(**fields: Any) -> Tenant:
    number = next(numbers)
    return Tenant.objects.create(**{"slug": f"tenant-{number}", "name": f"Tenant {number}", **fields})


def make_user(password: str | None = None, **fields: Any) -> User:
    number = next(numbers)
    return User.objects.create_user(
        **{"email": f"person{number}@staff.example", "name": f"Person {number}", "password": password, **fields}
    )


def make_membership(user: User | None = None, role: str = Role.CSM, **fields: Any) -> Membership:
    return Membership.objects.create(user=user or make_user(), role=role, **fields)


def make_customer(**fields: Any) -> Customer:
    number = next(numbers)
    standing = fields.pop("standing", {})
    defaults = {"external_id": f"customer-{number}", "name": f"Customer {number}", "stage": "established"}
    customer = Customer.objects.create(**{**defaults, **fields})
    CustomerStanding.objects.create(customer=customer, **standing)
    return customer


def make_contact(customer: Customer | None = None, **fields: Any) -> Contact:
    number = next(numbers)
    defaults = {"email": f"contact{number}@customer.example", "name": f"Contact {number}"}
    return Contact.objects.create(customer=customer or make_customer(), **{**defaults, **fields})


def make_subscription(customer: Customer | None = None, **fields: Any) -> Subscription:
    defaults = {
        "plan": "team",
        "currency": "USD",
        "unit_amount": Decimal(100),
        "quantity": Decimal(1),
        "interval": "month",
        "started_on": date(2026, 1, 1),
    }
    return Subscription.objects.create(customer=customer or make_customer(), **{**defaults, **fields})


def make_change(subscription: Subscription, effective_on: date, **fields: Any) -> SubscriptionChange:
    return SubscriptionChange.objects.create(subscription=subscription, effective_on=effective_on, **fields)
