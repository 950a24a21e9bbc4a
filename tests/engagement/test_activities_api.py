from __future__ import annotations

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer
from tests.factories.api import make_caller

CALL = {"external_id": "call-1", "customer": "external:c1", "kind": "call", "occurred_at": "2026-11-20T10:00:00+01:00"}


def test_historic_talk_moves_the_last_contact(acme: Tenant) -> None:
    with tenant_scope(acme):
        customer = make_customer(external_id="c1")
    answer = make_caller(acme).bulk("activities", CALL, CALL | {"external_id": "x", "kind": "sneeze"})
    assert (answer["created"], answer["failed"]) == (1, 1)
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
        assert customer.standing.last_contact_at.isoformat() == "2026-11-20T09:00:00+00:00"


def test_timeline_is_newest_first(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_customer(external_id="c1")
    api = make_caller(acme)
    api.post("/activities", CALL)
    api.post("/activities", CALL | {"external_id": "call-2", "occurred_at": "2026-11-21T10:00:00+01:00"})
    rows = api.get("/customers/external:c1/timeline")["data"]
    assert [row["external_id"] for row in rows] == ["call-2", "call-1"]


def test_timeline_of_another_tenants_customer_is_not_found(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        customer = make_customer()
    stranger = make_caller(globex)
    stranger.get(f"/customers/{customer.pk}/timeline")
    assert stranger.status == 404
