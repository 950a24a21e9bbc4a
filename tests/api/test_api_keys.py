from __future__ import annotations

import json

from accounts.models import Tenant
from tests.factories.api import Caller, make_caller


def test_secret_is_shown_once_and_works(api: Caller) -> None:
    made = api.post("/api_keys", {"name": "Warehouse", "scopes": ["read"], "expires_at": "2199-01-01T00:00:00Z"})
    assert (api.status, made["scopes"], made["secret"].startswith(made["prefix"])) == (201, ["read"], True)
    new = Caller(made["secret"])
    new.get("/customers")
    assert new.status == 200
    assert made["secret"] not in json.dumps([api.get("/api_keys"), api.get(f"/api_keys/{made['id']}")])


def test_replayed_creation_does_not_repeat_the_secret(api: Caller) -> None:
    body = {"name": "Warehouse", "scopes": ["read"]}
    first = api.post("/api_keys", body, Idempotency_Key="a")
    second = api.post("/api_keys", body, Idempotency_Key="a")
    assert (second["id"], second["secret"]) == (first["id"], None)


def test_revoked_key_stops_at_once(api: Caller) -> None:
    made = api.post("/api_keys", {"name": "Warehouse", "scopes": ["read"]})
    api.delete(f"/api_keys/{made['id']}")
    assert api.status == 204
    new = Caller(made["secret"])
    new.get("/customers")
    assert new.status == 401
    assert api.get(f"/api_keys/{made['id']}")["revoked_at"] is not None


def test_wrong_keys_are_refused(api: Caller) -> None:
    api.post("/api_keys", {"name": "", "scopes": ["root"], "expires_at": "2020-01-01"})
    assert api.codes() == {"/name": "blank", "/scopes/0": "invalid_choice", "/expires_at": "invalid_format"}
    api.post("/api_keys", {"name": "Old", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"})
    assert api.codes() == {"/expires_at": "out_of_range"}
    api.post("/api_keys", {"name": "None", "scopes": []})
    assert api.codes() == {"/scopes": "wrong_length"}


def test_keys_need_the_admin_scope(acme: Tenant) -> None:
    caller = make_caller(acme, "write", "ingest")
    caller.post("/api_keys", {"name": "Self-made", "scopes": ["admin"]})
    assert caller.status == 403


def test_strangers_key_is_a_missing_one(api: Caller, stranger: Caller) -> None:
    made = stranger.post("/api_keys", {"name": "Theirs", "scopes": ["read"]})
    for method in ("GET", "DELETE"):
        api.call(method, f"/api_keys/{made['id']}")
        assert api.status == 404
    new = Caller(made["secret"])
    new.get("/customers")
    assert new.status == 200
