"""Customers and contacts as people edit them: every change is audited and announced once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.events import record_event
from accounts.models import Contact, Customer, CustomerStanding, Membership
from accounts.services.audit import record_audit, record_changes, snapshot


def create_customer(customer: Customer) -> Customer:
    """Save a new customer together with its standing."""
    customer.save(force_insert=True)
    CustomerStanding.objects.create(customer=customer)
    record_changes("customer", [(customer, True, {})])
    record_event("customers.changed", customer_ids=[str(customer.pk)])
    return customer


def change_customer(customer: Customer, names: Iterable[str]) -> bool:
    """Save the named fields; saying nothing new writes nothing and returns False."""
    before = save_changed(customer, names)
    if before:
        record_changes("customer", [(customer, False, before)])
        record_event("customers.changed", customer_ids=[str(customer.pk)])
    return bool(before)


def save_contact(contact: Contact, names: Iterable[str]) -> bool:
    """Save a new contact, or the named fields of a known one."""
    is_new = contact._state.adding
    before = {} if is_new else save_changed(contact, names)
    if is_new:
        contact.save(force_insert=True)
    if is_new or before:
        record_changes("contact", [(contact, is_new, before)])
        record_event("contacts.changed", contact_ids=[str(contact.pk)])
    return is_new or bool(before)


def remove_contact(contact: Contact) -> None:
    record_audit("contact.deleted", contact, before=snapshot(contact, "name", "email", "role", "external_id"))
    record_event("contacts.changed", contact_ids=[str(contact.pk)])
    contact.delete()


def assign_csm(customer_ids: Iterable[UUID], csm: Membership | None) -> dict[str, str]:
    """Give these customers to a CSM (or to nobody). Returns who had each one that changed hands."""
    csm_id = csm.pk if csm else None
    rows = Customer.objects.select_for_update().filter(pk__in=list(customer_ids)).order_by("pk")
    moving = [customer for customer in rows if customer.csm_id != csm_id]
    before = {str(customer.pk): str(customer.csm_id or "") for customer in moving}
    hand_over(moving, csm_id)
    return before


def take_back_assignment(before: dict[str, str], csm_id: str) -> int:
    """Undo `assign_csm` for those customers that nobody has handed on since; returns their number."""
    moving: dict[str, list[Customer]] = {}
    for customer in Customer.objects.select_for_update().filter(pk__in=list(before)).order_by("pk"):
        if str(customer.csm_id or "") == csm_id:
            moving.setdefault(before[str(customer.pk)], []).append(customer)
    for owner, customers in moving.items():
        hand_over(customers, UUID(owner) if owner else None)
    return sum(len(customers) for customers in moving.values())


def hand_over(customers: list[Customer], csm_id: UUID | None) -> None:
    if not customers:
        return
    before = {customer.pk: {"csm_id": customer.csm_id} for customer in customers}
    ids = [customer.pk for customer in customers]
    Customer.objects.filter(pk__in=ids).update(csm_id=csm_id, updated_at=timezone.now())
    for customer in customers:
        customer.csm_id = csm_id
    record_changes("customer", [(customer, False, before[customer.pk]) for customer in customers])
    record_event("customers.changed", customer_ids=[str(pk) for pk in ids])


def save_changed(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Write what differs from the stored row and return its old values."""
    stored = type(row).objects.get(pk=row.pk)
    attributes = [row._meta.get_field(name).attname for name in names]
    before = {name: getattr(stored, name) for name in attributes if getattr(stored, name) != getattr(row, name)}
    if before:
        row.save(update_fields=[*before, "updated_at"])
    return before
