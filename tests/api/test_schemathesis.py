"""Requests that the OpenAPI document allows, and some that it does not: never a fault of ours, always JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis.openapi
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from accounts.models import Tenant
from accounts.rest.documents import document
from tests.factories.api import make_caller

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
ALLOWED = {200, 201, 202, 204, 400, 403, 404, 405, 406, 409, 413, 415, 422, 429}


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document())
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


@pytest.fixture
def unlimited() -> Iterator[None]:
    with override_settings(API_REQUESTS_PER_MINUTE=10**6):
        yield


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_no_request_is_too_much(unlimited: None, acme: Tenant, client: Client, operation: Any, mode: Any) -> None:
    secret = make_caller(acme).secret

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case) -> None:
        answer = send(client, secret, case)
        assert answer.status_code in ALLOWED, (answer.status_code, case.as_curl_command())
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert json.loads(answer.content)["status"] == answer.status_code

    run()


def send(client: Client, secret: str, case: Case) -> Any:
    """The case as Django's test client would send it; what HTTP itself cannot carry is left out."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    body = request.get("data") or b""
    if "json" in request and request["json"] is not None:
        body = json.dumps(request["json"]).encode("utf-8", "surrogatepass")
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body if isinstance(body, bytes) else b""
    headers = {name: str(text) for name, text in (case.headers or {}).items() if str(text).isprintable()}
    headers = {name: text for name, text in headers.items() if name.lower() not in ("content-type", "content-length")}
    return client.generic(
        case.method,
        case.formatted_path,
        raw,
        case.media_type or "application/json",
        headers=headers | {"Authorization": f"Bearer {secret}"},
        query_params={name: value for name, value in (case.query or {}).items() if value is not None},
    )
