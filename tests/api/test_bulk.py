from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, DomainEvent, Subscription, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller


def test_rows_are_created_updated_or_left_alone(api: Caller) -> None:
    rows = [{"external_id": f"c{number}", "name": f"Customer {number}"} for number in range(3)]
    first = api.bulk("customers", *rows)
    assert (first["created"], first["failed"]) == (3, 0)
    rows[1]["name"] = "Renamed"
    second = api.bulk("customers", *rows)
    assert [result["status"] for result in second["results"]] == ["unchanged", "updated", "unchanged"]
    assert [result["id"] for result in second["results"]] == [result["id"] for result in first["results"]]


def test_good_rows_land_and_bad_rows_say_why(acme: Tenant, api: Caller) -> None:
    answer = api.bulk(
        "customers",
        {"external_id": "a", "name": "Alfa"},
        {"external_id": "b"},
        {"name": "C"},
        None,
        {"external_id": "d", "name": "a\x00b"},
    )
    assert (api.status, answer["created"], answer["failed"]) == (200, 1, 4)
    found = {error["pointer"]: error["code"] for result in answer["results"] for error in result["errors"]}
    assert found == {
        "/data/1/name": "required",
        "/data/2/external_id": "required",
        "/data/3": "invalid_type",
        "/data/4/name": "invalid_character",
    }
    with tenant_scope(acme):
        assert Customer.objects.count() == 1


def test_fields_left_out_stay_as_they_are(api: Caller) -> None:
    api.bulk("customers", {"external_id": "a", "name": "Alfa", "stage": "renewing", "tier": "gold"})
    api.bulk("customers", {"external_id": "a", "tier": None})
    row = api.get("/customers/external:a")
    assert (row["name"], row["stage"], row["tier"]) == ("Alfa", "renewing", None)


def test_second_row_of_one_key_is_refused(api: Caller) -> None:
    answer = api.bulk("customers", {"external_id": "a", "name": "First"}, {"external_id": "a", "name": "Second"})
    assert [result["status"] for result in answer["results"]] == ["created", "failed"]
    assert answer["results"][1]["errors"][0]["code"] == "duplicate"
    assert api.get("/customers/external:a")["name"] == "First"


def test_subscriptions_name_their_customer(acme: Tenant, api: Caller) -> None:
    api.bulk("customers", {"external_id": "c", "name": "Customer"})
    base = {"currency": "EUR", "unit_amount": "275.00", "started_on": "2025-06-01", "interval": "year"}
    answer = api.bulk(
        "subscriptions",
        base | {"external_id": "s1", "customer": "external:c", "unit_amount": 19.9, "quantity": 2.5},
        base | {"external_id": "s2", "customer": "external:nobody"},
        base | {"external_id": "s3", "customer": "external:c", "ended_on": "2025-05-31"},
    )
    errors = [error["pointer"] for result in answer["results"] for error in result["errors"]]
    assert errors == ["/data/1/customer", "/data/2/ended_on"]
    made = api.get("/subscriptions/external:s1")
    assert (made["unit_amount"], made["quantity"], made["status"]) == ("19.90", 2.5, "active")
    with tenant_scope(acme):
        assert Subscription.objects.get().unit_amount == Decimal("19.9")


def test_one_event_carries_all_customers(acme: Tenant, api: Caller) -> None:
    answer = api.bulk("customers", *({"external_id": f"c{number}", "name": "Same"} for number in range(5)))
    with tenant_scope(acme):
        event = DomainEvent.objects.get(kind="customers.changed")
    assert set(event.payload["customer_ids"]) == {result["id"] for result in answer["results"]}


def test_events_of_changes_name_customer_and_first_day(acme: Tenant, api: Caller) -> None:
    customer = api.post("/customers", {"external_id": "c", "name": "Customer"})
    api.bulk(
        "subscriptions",
        {"external_id": "s", "customer": "external:c", "currency": "EUR", "unit_amount": 1, "started_on": "2025-06-01"},
    )
    api.bulk(
        "subscription_changes",
        {"external_id": "x", "subscription": "external:s", "effective_on": "2026-03-15", "unit_amount": "339.00"},
    )
    with tenant_scope(acme):
        event = DomainEvent.objects.filter(kind="subscriptions.changed").order_by("id").last()
    assert event.payload == {"customer_ids": [customer["id"]], "from": "2026-03-15"}


def test_rates_are_recognised_by_pair_and_day(api: Caller) -> None:
    row = {"date": "2026-01-01", "from": "eur", "to": "USD", "rate": "1.0850"}
    assert api.bulk("fx_rates", row)["created"] == 1
    assert api.bulk("fx_rates", row)["unchanged"] == 1
    assert api.bulk("fx_rates", row | {"rate": 1.09})["updated"] == 1
    assert [each["rate"] for each in api.get("/fx_rates?from=EUR")["data"]] == ["1.09"]


def test_statements_do_not_grow_with_rows(api: Caller) -> None:
    def statements(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            api.bulk("customers", *({"external_id": f"{rows}-{number}", "name": "Name"} for number in range(rows)))
        return len(queries)

    api.get("/customers")  # notes the use of the key
    assert statements(1) == statements(200)


def test_refused_envelopes(api: Caller) -> None:
    for body in ({}, {"data": 1}, {"data": []}, {"data": [{}] * 1001}, {"data": [{}], "mode": "x"}, []):
        api.post("/customers/bulk", body)
        assert api.status == 422, body
