from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from accounts.models import Customer, IdempotencyKey, Tenant
from accounts.rest.idempotency import lock_number
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller


def test_repeated_write_gets_the_same_answer(acme: Tenant, api: Caller) -> None:
    first = api.call("POST", "/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    second = api.call("POST", "/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    assert (first.content, first["Location"]) == (second.content, second["Location"])
    assert (second.status_code, second["Idempotent-Replayed"]) == (201, "true")
    with tenant_scope(acme):
        assert Customer.objects.count() == 1


def test_other_body_under_the_same_key_is_refused(api: Caller) -> None:
    api.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    api.post("/customers", {"name": "Fjord"}, Idempotency_Key="a")
    assert (api.status, api.body["type"]) == (422, "urn:perennial:problem:idempotency-mismatch")
    api.post("/contacts", {"name": "Nordlys"}, Idempotency_Key="a")
    assert api.status == 422


def test_refused_write_may_be_mended_under_its_key(api: Caller) -> None:
    api.post("/customers", {"name": ""}, Idempotency_Key="a")
    assert api.status == 422
    api.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    assert api.status == 201


def test_keys_of_two_integrations_do_not_meet(acme: Tenant, api: Caller, stranger: Caller) -> None:
    callers = [api, make_caller(acme), stranger]
    made = [caller.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")["id"] for caller in callers]
    assert len(set(made)) == 3


def test_key_is_forgotten_after_a_day(acme: Tenant, api: Caller) -> None:
    first = api.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=False):
        second = api.post("/customers", {"name": "Fjord"}, Idempotency_Key="a")
    assert (api.status, first["id"] != second["id"]) == (201, True)
    with tenant_scope(acme):
        assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
def test_impossible_keys(api: Caller, key: str) -> None:
    api.post("/customers", {"name": "Nordlys"}, Idempotency_Key=key)
    assert api.status == 400


@pytest.mark.django_db(transaction=True)
def test_first_one_still_running_is_a_conflict(acme: Tenant) -> None:
    caller = make_caller(acme)
    other = connections.create_connection("default")
    try:
        caller.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")
        with tenant_scope(acme):
            number = lock_number(IdempotencyKey.objects.get().api_key_id, "a")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        caller.post("/customers", {"name": "Nordlys"}, Idempotency_Key="a")
    finally:
        other.close()
    assert (caller.status, caller.body["type"]) == (409, "urn:perennial:problem:idempotency-in-flight")
