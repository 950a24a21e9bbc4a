from __future__ import annotations

import json

from accounts.models import AuditEntry, DomainEvent, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller

ANN = {"external_id": "p1", "email": "Ann@Nordlys.example", "name": "Ann", "role": "CTO", "traits": {"phone": "123"}}


def test_contact_stands_alone_or_with_a_customer(api: Caller) -> None:
    customer = api.post("/customers", {"external_id": "c", "name": "Nordlys"})
    assert api.post("/contacts", ANN)["customer"] is None
    assert api.patch("/contacts/external:p1", {"customer": "external:c"})["customer"] == customer["id"]
    assert [row["name"] for row in api.get("/contacts?customer=external:c")["data"]] == ["Ann"]
    assert [row["name"] for row in api.get("/contacts?email=ann@nordlys.EXAMPLE")["data"]] == ["Ann"]


def test_mail_state_is_read_only_and_categories_are_flags(api: Caller) -> None:
    api.post("/contacts", {"email": "nobody", "mail_state": "ok", "subscriptions": {"news": 1}, "is_champion": None})
    assert api.codes() == {
        "/email": "invalid_format",
        "/mail_state": "read_only",
        "/subscriptions/news": "invalid_type",
        "/is_champion": "null",
    }


def test_free_content_merges_key_by_key(api: Caller) -> None:
    api.post("/contacts", ANN | {"subscriptions": {"news": True, "tips": False}})
    changed = api.patch("/contacts/external:p1", {"subscriptions": {"news": None, "offers": True}})
    assert changed["subscriptions"] == {"tips": False, "offers": True}
    again = api.bulk("contacts", {"external_id": "p1", "subscriptions": {"offers": True, "news": None}})
    assert again["unchanged"] == 1


def test_erased_contact_keeps_its_row_and_nothing_else(acme: Tenant, api: Caller) -> None:
    made = api.post("/contacts", ANN)
    erased = api.post(f"/contacts/{made['id']}/erase", {})
    assert (api.status, erased["id"], erased["mail_state"]) == (200, made["id"], "suppressed")
    kept = [value for name, value in erased.items() if name not in ("id", "created_at", "updated_at", "mail_state")]
    assert not any(kept), json.dumps(kept)
    with tenant_scope(acme):
        assert DomainEvent.objects.get(kind="contacts.erased").payload["contact_ids"] == [made["id"]]
        assert AuditEntry.objects.get(action="contact.erased").object_label == "—"
    api.post(f"/contacts/{made['id']}/erase", {})
    with tenant_scope(acme):
        assert DomainEvent.objects.filter(kind="contacts.erased").count() == 1


def test_stranger_erases_nothing(api: Caller, stranger: Caller) -> None:
    made = stranger.post("/contacts", ANN)
    api.post(f"/contacts/{made['id']}/erase", {})
    assert api.status == 404
    assert stranger.get(f"/contacts/{made['id']}") == made
