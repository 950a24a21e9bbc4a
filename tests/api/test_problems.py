from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.models import AuditEntry, Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller

DEEP = b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HOSTILE = {
    "cut off": (b"{", 400),
    "null": (b"null", 422),
    "list": (b"[]", 422),
    "text": (b'"x"', 422),
    "deep list": (DEEP, 400),
    "deep object": (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    "deep for us": (b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}", 400),
    "infinity by exponent": (b'{"name": 1e999}', 400),
    "tiny exponent": (b'{"name": 1e-999999999}', 400),
    "NaN": (b'{"name": NaN}', 400),
    "-Infinity": (b'{"name": -Infinity}', 400),
    "huge integer": (b'{"external_id": ' + b"9" * 5000 + b"}", 400),
    "not UTF-8": (b"\xff\xfe\x00", 400),
    "UTF-16": ('{"name": "n"}'.encode("utf-16"), 400),
    "half a surrogate pair": (b'{"name": "\\ud800"}', 400),
    "half a surrogate pair as key": (b'{"\\udfff": 1}', 400),
    "U+0000": (b'{"external_id": "a\\u0000b", "name": "\\u0000"}', 422),
    "key twice": (b'{"name": "a", "name": "b"}', 400),
    "operators": (b'{"customer": {"$gt": ""}, "name": {"a": 1}}', 422),
    "foreign keys": (b'{"id": "00000000-0000-0000-0000-000000000000", "tenant": 1, "name": "n"}', 422),
    "long": (b'{"name": "' + b"x" * 3_000_000 + b'"}', 422),
    "too long": (b'{"name": "' + b"x" * 11_000_000 + b'"}', 413),
    "trailing": (b'{"name": "n"} {}', 400),
    "byte order mark": (b'\xef\xbb\xbf{"name": "n"}', 400),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_body_is_refused_and_leaves_nothing(acme: Tenant, api: Caller, name: str) -> None:
    raw, status = HOSTILE[name]
    response = api.call("POST", "/customers", raw=raw)
    assert (api.status, response["Content-Type"]) == (status, "application/problem+json")
    assert set(api.body) == {"type", "title", "status", "detail", "errors"}
    with tenant_scope(acme):
        assert not Customer.objects.exists()
        assert not AuditEntry.objects.filter(action__startswith="customer").exists()


@pytest.mark.parametrize(
    "query",
    [
        "limit=abc",
        "limit=-1",
        "limit=0",
        "limit=201",
        "limit=" + "9" * 5000,
        "cursor=%00",
        "cursor=x:y:z",
        "order=password",
        "customer=%00",
        "as_of=9999-99-99",
        "from=0000-01-01&to=x",
        "limit=1&limit=2",
        "q=%ff%00",
        "stage=%ED%A0%80",
    ],
)
def test_hostile_query_is_refused(api: Caller, query: str) -> None:
    api.get(f"/customers?{query}")
    assert api.status == 400
    assert all(pointer.startswith("?") for pointer in api.codes())


@pytest.mark.parametrize(
    "id", ["x", "%00", "external:%00", "external:", "external:" + "x" * 300, "..", "1", "%F0%9F%92%A9"]
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_rubbish_id_is_a_missing_object(api: Caller, method: str, id: str) -> None:
    api.call(method, f"/customers/{id}", {} if method == "PATCH" else None)
    assert api.status == 404


@pytest.mark.parametrize("collection", ["customers", "contacts", "subscriptions", "subscription_changes", "fx_rates"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_tenants_object_is_a_missing_one(api: Caller, stranger: Caller, method: str, collection: str) -> None:
    made = _one_of_each(stranger)[collection]
    api.call(method, f"/{collection}/{made['id']}", {} if method == "PATCH" else None)
    foreign = (api.status, api.body)
    api.call(method, f"/{collection}/0198c8c8-0000-7000-8000-000000000000", {} if method == "PATCH" else None)
    assert foreign == (api.status, api.body)
    assert api.status == 404
    assert stranger.get(f"/{collection}/{made['id']}") == made


def test_foreign_references_are_not_found(api: Caller, stranger: Caller) -> None:
    customer = _one_of_each(stranger)["customers"]
    for reference in (customer["id"], "external:c"):
        api.post("/contacts", {"email": "a@b.example", "customer": reference})
        assert (api.status, api.codes()) == (422, {"/customer": "not_found"})
        assert api.get(f"/contacts?customer={reference}") == {"data": [], "next_cursor": None}


def test_routes_that_do_not_exist(api: Caller) -> None:
    for path in ("/", "/nothing", "/customers/external:c/nothing", "/customers//x"):
        assert api.call("GET", path)["Content-Type"] == "application/problem+json"
        assert api.status == 404, path


def test_methods_that_do_not_exist(api: Caller) -> None:
    response = api.call("PUT", "/customers")
    assert (api.status, response["Allow"]) == (405, "GET, POST, HEAD")
    api.get("/customers/bulk")
    assert api.status == 405


def test_other_content_types(api: Caller) -> None:
    api.call("POST", "/customers", raw=b"name=n", content_type="application/x-www-form-urlencoded")
    assert api.status == 415
    api.call("GET", "/customers", Accept="text/html")
    assert api.status == 406


def test_bodies_without_content_type_and_with_slash(api: Caller) -> None:
    api.call("POST", "/customers/", raw=b'{"name": "Nordlys"}', content_type="")
    assert api.status == 201
    assert api.get("/customers/") == api.get("/customers")


def test_page_of_a_person_is_not_json(client: Client, acme: Tenant) -> None:
    assert client.get("/nothing/here/")["Content-Type"].startswith("text/html")


def _one_of_each(caller: Caller) -> dict[str, dict[str, str]]:
    customer = caller.post("/customers", {"external_id": "c", "name": "Zebra"})
    base = {"currency": "USD", "unit_amount": 1, "started_on": "2026-01-01"}
    subscription = caller.post("/subscriptions", {"external_id": "s", "customer": "external:c", **base})
    change = {"external_id": "x", "subscription": "external:s", "effective_on": "2026-02-01", "seats": 2}
    return {
        "customers": customer,
        "contacts": caller.post(
            "/contacts", {"external_id": "p", "customer": "external:c", "email": "z@zebra.example"}
        ),
        "subscriptions": subscription,
        "subscription_changes": caller.post("/subscription_changes", change),
        "fx_rates": caller.post("/fx_rates", {"date": "2026-01-01", "from": "EUR", "to": "USD", "rate": "1.1"}),
    }


def test_problem_is_json_that_anybody_can_read(api: Caller) -> None:
    response = api.call("POST", "/customers", raw=b'{"n\\u0000": 1, "' + "ż".encode() * 500 + b'": 2}')
    assert api.status == 422
    assert json.loads(response.content.decode("utf-8"))["status"] == 422
