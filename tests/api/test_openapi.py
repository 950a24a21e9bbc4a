from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.rest.documents import SchemaView, docs
from accounts.rest.unknown import unknown_route
from accounts.rest.views import ApiView

JSON = "application/vnd.oai.openapi+json, application/json"


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(client.get("/api/v1/schema/", headers={"Accept": JSON}).content)
    return document


def api_routes() -> Iterator[tuple[str, URLPattern]]:
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern) == "api/v1/":
            for route in resolver.url_patterns:
                if route.callback not in (unknown_route, docs) and getattr(route.callback, "cls", None) != SchemaView:
                    yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/api/v1/{route.pattern}"), route


def methods_of(route: URLPattern) -> set[str]:
    view = route.callback.cls(**route.callback.initkwargs)  # type: ignore[attr-defined]
    return {method.lower() for method in view.allowed_methods} - {"head"}


def test_document_equals_the_routes(schema: dict[str, Any]) -> None:
    routes = {path: methods_of(route) for path, route in api_routes() if not path.endswith("/")}
    assert {path: set(item) for path, item in schema["paths"].items()} == routes


def test_every_route_answers_with_and_without_slash() -> None:
    paths = [path for path, _route in api_routes()]
    assert sorted(path for path in paths if path.endswith("/")) == sorted(
        f"{path}/" for path in paths if not path.endswith("/")
    )


def test_every_route_is_an_api_view() -> None:
    for path, route in api_routes():
        assert issubclass(route.callback.cls, ApiView), path  # type: ignore[attr-defined]


def test_format_follows_accept(client: Client) -> None:
    assert client.get("/api/v1/schema/")["Content-Type"].startswith("application/vnd.oai.openapi")
    assert client.get("/api/v1/schema/").content.startswith(b"openapi: 3.1.0")
    assert client.get("/api/v1/schema", headers={"Accept": "application/json"}).json()["openapi"] == "3.1.0"


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(schema)))
    assert names <= set(schema["components"]["schemas"])


def test_operation_ids_are_unique(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in schema["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
