from __future__ import annotations

from accounts.models import AuditEntry, Customer, CustomerStanding, DomainEvent, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership, make_user
from tests.factories.api import Caller

PRICE = {"currency": "EUR", "unit_amount": "9.90", "started_on": "2026-01-01"}
CHANGE = {"effective_on": "2026-02-01", "seats": 3}


def test_created_customer_has_defaults_and_a_standing(acme: Tenant, api: Caller) -> None:
    made = api.post("/customers", {"external_id": "c1", "name": " Nordlys AS "})
    assert (api.status, made["name"], made["stage"], made["attributes"]) == (201, "Nordlys AS", "onboarding", {})
    assert api.get("/customers/external:c1") == made
    with tenant_scope(acme):
        assert CustomerStanding.objects.filter(customer=made["id"]).exists()


def test_write_records_event_and_audit(acme: Tenant, api: Caller) -> None:
    made = api.post("/customers", {"name": "Nordlys"})
    api.patch(f"/customers/{made['id']}", {"tier": "gold"})
    with tenant_scope(acme):
        events = DomainEvent.objects.filter(kind="customers.changed")
        assert [event.payload for event in events] == [{"customer_ids": [made["id"]]}] * 2
        entry = AuditEntry.objects.get(action="customer.updated")
    assert (entry.before, entry.after, entry.actor_kind) == ({"tier": ""}, {"tier": "gold"}, "api_key")


def test_unchanged_patch_records_nothing(acme: Tenant, api: Caller) -> None:
    api.post("/customers", {"external_id": "c1", "name": "Nordlys"})
    before = api.get("/customers/external:c1")
    assert api.patch("/customers/external:c1", {"name": "Nordlys"}) == before
    with tenant_scope(acme):
        assert DomainEvent.objects.count() == 1


def test_csm_is_an_active_member_by_email(acme: Tenant, globex: Tenant, api: Caller) -> None:
    with tenant_scope(acme):
        make_membership(make_user(email="ola@acme.example"), role=Role.CSM)
    with tenant_scope(globex):
        make_membership(make_user(email="eve@globex.example"), role=Role.CSM)
    made = api.post("/customers", {"name": "Nordlys", "csm": "Ola@Acme.example"})
    assert made["csm"] == "ola@acme.example"
    api.post("/customers", {"name": "Fjord", "csm": "eve@globex.example"})
    assert (api.status, api.codes()) == (422, {"/csm": "not_found"})


def test_every_wrong_field_is_named(api: Caller) -> None:
    wrong = {
        "stage": "happy",
        "currency": "XXQ",
        "timezone": "Mars/Olympus",
        "language": "tlh",
        "signed_up_on": "31.01.2026",
    }
    api.post("/customers", wrong | {"is_test": 1, "colour": "red", "updated_at": "2026-01-01T00:00:00Z"})
    assert api.status == 422
    assert api.codes() == {
        "/stage": "invalid_choice",
        "/currency": "invalid_choice",
        "/timezone": "invalid_choice",
        "/language": "invalid_choice",
        "/signed_up_on": "invalid_format",
        "/is_test": "invalid_type",
        "/colour": "unknown_field",
        "/updated_at": "read_only",
        "/name": "required",
    }


def test_regional_language_is_cut_to_the_language(api: Caller) -> None:
    assert api.post("/customers", {"name": "A", "language": "en-US"})["language"] == "en"
    assert api.post("/customers", {"name": "B", "language": "no"})["language"] == "nb"


def test_taken_external_id_is_a_conflict(api: Caller) -> None:
    api.post("/customers", {"external_id": "c1", "name": "First"})
    api.post("/customers", {"external_id": "c1", "name": "Second"})
    assert (api.status, api.codes()) == (409, {"/external_id": "taken"})
    api.post("/customers", {"external_id": "c2", "name": "Second"})
    api.patch("/customers/external:c2", {"external_id": "c1"})
    assert (api.status, api.codes()) == (409, {"/external_id": "taken"})


def test_filters_narrow_and_unknown_ones_are_named(api: Caller) -> None:
    api.bulk(
        "customers",
        {"external_id": "a", "name": "Alfa", "stage": "trial"},
        {"external_id": "b", "name": "Beta", "tier": "gold"},
    )
    names = [
        [row["name"] for row in api.get(f"/customers?{query}")["data"]]
        for query in ("stage=trial", "tier=gold", "q=LF", "external_id=b")
    ]
    assert names == [["Alfa"], ["Beta"], ["Alfa"], ["Beta"]]
    api.get("/customers?colour=red&stage=happy")
    assert (api.status, api.codes()) == (400, {"?colour": "unknown_parameter", "?stage": "invalid_choice"})


def test_deleted_customer_is_gone(acme: Tenant, api: Caller) -> None:
    api.post("/customers", {"external_id": "c1", "name": "Nordlys"})
    api.delete("/customers/external:c1")
    assert api.status == 204
    api.get("/customers/external:c1")
    assert api.status == 404
    with tenant_scope(acme):
        assert not Customer.objects.exists() and AuditEntry.objects.filter(action="customer.deleted").exists()


def test_deleting_a_customer_takes_what_is_its_own_along(acme: Tenant, api: Caller) -> None:
    api.post("/customers", {"external_id": "c", "name": "Nordlys"})
    api.post("/contacts", {"external_id": "p", "customer": "external:c"})
    api.bulk("subscriptions", {"external_id": "s", "customer": "external:c"} | PRICE)
    api.bulk("subscription_changes", {"external_id": "x", "subscription": "external:s"} | CHANGE)
    api.post("/activities", {"customer": "external:c", "kind": "note", "title": "Called"})
    api.delete("/customers/external:c")
    assert api.status == 204
    assert [api.get(f"/{each}")["data"] for each in ("contacts", "subscriptions", "subscription_changes")] == [[]] * 3
