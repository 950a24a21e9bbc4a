"""Hostile bodies on every POST route and hostile queries on every list: refused as problems, never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from accounts.models import Tenant
from accounts.rest.documents import document
from tests.api.test_problems import HOSTILE
from tests.factories.api import Caller, make_caller

ENVELOPES = [
    b"",
    b'{"data": 1}',
    b'{"data": [null, 1, "x", [], {}]}',
    b'{"data": [{"external_id": "a\\u0000b", "name": "\\u0000", "key": {"a": "\\u0000"}}]}',
    b'{"data": [{"external_id": {"$gt": ""}, "customer": ["external:x"], "unit_amount": true}]}',
    b'{"external_id": "", "customer": "external:", "name": "' + b"x" * 3000 + b'", "rule": {"all": [[]]}}',
]
BODIES = [*ENVELOPES, *(raw for name, (raw, _status) in HOSTILE.items() if name not in ("long", "too long"))]
QUERIES = [
    "limit=abc",
    "limit=" + "9" * 400,
    "cursor=%00",
    "order=password",
    "customer=%00",
    "as_of=9999-99-99",
    "as_of=0000-00-00",
    "from=0000-01-01&to=x",
    "from=2026-02-01&to=2026-01-01",
    "from=1900-01-01&to=2199-12-31",
    "segment=external:%F0%9F%92%A9",
    "group_by=%27;--",
]
PATHS = document()["paths"]
POSTS = [path for path, item in PATHS.items() if "post" in item and "{" not in path]
GETS = [path for path, item in PATHS.items() if "get" in item and "{" not in path]


@pytest.fixture
def caller(acme: Tenant) -> Iterator[Caller]:
    with override_settings(API_REQUESTS_PER_MINUTE=10**6):
        yield make_caller(acme)


@pytest.mark.parametrize("path", POSTS)
def test_hostile_bodies(caller: Caller, path: str) -> None:
    for raw in BODIES:
        caller.call("POST", path.removeprefix("/api/v1"), raw=raw)
        assert caller.status < 500, raw[:80]
        if caller.status >= 400:
            assert caller.body["status"] == caller.status


@pytest.mark.parametrize("path", GETS)
def test_hostile_queries(caller: Caller, path: str) -> None:
    for query in QUERIES:
        caller.call("GET", f"{path.removeprefix('/api/v1')}?{query}")
        assert caller.status < 500, query
        if caller.status >= 400:
            assert caller.body["status"] == caller.status
