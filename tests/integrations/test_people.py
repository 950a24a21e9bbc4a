"""Whose events they are: groups, address book, aliases, erasure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.events import record_event
from accounts.models import Contact, Customer, DomainEvent, Tenant
from accounts.services.erasure import erase_contact
from accounts.tenancy.scope import tenant_scope
from health.usage import reader
from health.usage.subscriptions import erased_contacts_are_nobody, events_follow_their_users
from tests.factories.accounts import make_customer
from tests.factories.events import make_event, post, settle

START = datetime(2026, 11, 10, 12, tzinfo=UTC)


def at(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def track(hours: int, **fields: Any) -> dict[str, Any]:
    return make_event(timestamp=at(hours), **{"context": {}, **fields})


def group(hours: int, customer: str, **fields: Any) -> dict[str, Any]:
    return make_event(type="group", event=..., context={}, groupId=customer, timestamp=at(hours), **fields)


def count(tenant: Tenant, external_id: str) -> tuple[int, int]:
    """Events, and the most people of a day."""
    with tenant_scope(tenant):
        customer = Customer.objects.get(external_id=external_id)
        found = reader.daily(customer.pk, date(2026, 11, 1), date(2026, 12, 1))
        return sum(day.count for day in found), max((day.users for day in found), default=0)


def test_event_without_a_group_counts_for_the_users_last_group(acme: Tenant, key: str) -> None:
    post(key, group(0, "a"), track(1), group(2, "b"), track(3), track(4))
    settle(acme)
    assert (count(acme, "a"), count(acme, "b")) == ((1, 1), (2, 1))


def test_events_wait_for_their_group(acme: Tenant, key: str) -> None:
    post(key, track(0), track(1))
    settle(acme)
    post(key, group(5, "a"))
    settle(acme)
    assert count(acme, "a") == (2, 1)


def test_late_group_call_moves_events(acme: Tenant, key: str) -> None:
    post(key, group(0, "a"), track(10))
    settle(acme)
    post(key, group(5, "b"))
    settle(acme)
    assert (count(acme, "a"), count(acme, "b")) == ((0, 0), (1, 1))


def test_events_wait_for_the_address_book(acme: Tenant, key: str) -> None:
    post(key, track(0))
    settle(acme)
    with tenant_scope(acme):
        contact = Contact.objects.create(external_id="u1", customer=make_customer(external_id="a"))
        events_follow_their_users(record_event("contacts.changed", contact_ids=[str(contact.pk)]))
    assert count(acme, "a") == (1, 1)


def test_identified_visitor_is_one_person(acme: Tenant, key: str) -> None:
    """What the visitor did before signing in counts as the user's, once."""
    visitor = {"userId": ..., "anonymousId": "v1", "context": {"groupId": "a"}}
    post(key, track(0, **visitor), track(1, userId="u1", context={"groupId": "a"}))
    settle(acme)
    assert count(acme, "a") == (2, 2)
    post(key, make_event(type="identify", event=..., anonymousId="v1", context={}, timestamp=at(2)))
    settle(acme)
    assert count(acme, "a") == (2, 1)
    post(key, track(2, **visitor))
    settle(acme)
    assert count(acme, "a") == (3, 1)


def test_alias_makes_one_person_of_two_names(acme: Tenant, key: str) -> None:
    post(key, *(track(1, userId=user, context={"groupId": "a"}) for user in ("old", "new")))
    settle(acme)
    post(key, make_event(type="alias", event=..., userId="new", previousId="old"))
    settle(acme)
    assert count(acme, "a") == (2, 1)


def test_events_of_a_deleted_customer_are_gone(acme: Tenant, key: str) -> None:
    post(key, track(0, context={"groupId": "a"}), track(0, context={"groupId": "b"}))
    settle(acme)
    with tenant_scope(acme):
        Customer.objects.get(external_id="a").delete()
        assert rows(
            "SELECT DISTINCT c.external_id FROM health_event e LEFT JOIN accounts_customer c ON c.id = e.customer_id"
        ) == [("b",)]
        assert rows("SELECT count(DISTINCT customer_id) FROM health_user_day") == [(1,)]


def test_erased_person_stays_counted_as_nobody(acme: Tenant, key: str) -> None:
    traits = {"email": "ola@acme.example"}
    post(key, make_event(type="identify", event=..., traits=traits), track(1, context={"groupId": "acme-1"}))
    settle(acme)
    with tenant_scope(acme):
        erase_contact(Contact.objects.get(external_id="u1"))
        erased_contacts_are_nobody(DomainEvent.objects.get(kind="contacts.erased"))
        for table in ("health_event", "health_user_day", "health_user", "health_membership"):
            assert "u1" not in [name for (name,) in rows(f"SELECT user_ref FROM {table}")]
        assert rows("SELECT count(*) FROM health_event WHERE properties::text LIKE '%%ola@%%'") == [(0,)]
    assert count(acme, "acme-1") == (1, 1)


@pytest.mark.parametrize("language", ["no-NO", "nn", "nb_NO"])
def test_norwegian_comes_in_many_spellings(acme: Tenant, key: str, language: str) -> None:
    post(key, make_event(type="identify", event=..., context={"locale": language}))
    settle(acme)
    with tenant_scope(acme):
        assert Contact.objects.get(external_id="u1").language == "nb"


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [])
        return cursor.fetchall()
