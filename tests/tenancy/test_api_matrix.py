"""Every API route without a key, with a key that may not, and with another tenant's ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests.tenancy.estate import Estate, browser, make_estate
from tests.tenancy.routes import Route, all_routes

API = [route for route in all_routes() if route.is_api and not route.pattern.endswith("/")]
CALLS = [(route, method) for route in API for method in route.methods]
WITH_IDS = [(route, method) for route, method in CALLS if route.parameters]
LACKING = {"read": "ingest", "write": "read", "ingest": "read", "admin": "write"}


@pytest.fixture
def estate(db: None) -> Iterator[Estate]:
    made = make_estate()
    before = made.fingerprint()[1]
    yield made
    assert made.fingerprint()[1] == before


def call(client: Client, route: Route, method: str, key: str, id_: UUID) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = {} if method in ("GET", "DELETE") else {"data": "{}", "content_type": "application/json"}
    return client.generic(method, route.url("", id_), headers=headers, **body)


@pytest.mark.parametrize(("route", "method"), CALLS, ids=str)
def test_no_key_401_and_lacking_scope_403(db: None, route: Route, method: str) -> None:
    estate = make_estate()
    key = estate.key(LACKING[route.scope(method)])
    before = estate.fingerprint()
    for secret, status in (("", 401), ("prk_1_" + "x" * 43, 401), (key, 403)):
        response = call(browser(), route, method, secret, uuid4())
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert estate.fingerprint() == before


@pytest.mark.parametrize(("route", "method"), WITH_IDS, ids=str)
def test_other_tenants_ids_are_missing_ids(estate: Estate, route: Route, method: str) -> None:
    client, key = browser(), estate.key("read", "write", "ingest", "admin")
    missing = call(client, route, method, key, uuid4())
    assert missing.status_code in (404, 422) and (method != "GET" or missing.status_code == 404)
    for name, id_ in estate.ids.items():
        response = call(client, route, method, key, id_)
        assert (response.status_code, response.content) == (missing.status_code, missing.content), name
