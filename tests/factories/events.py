"""Events as clients send them."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.test import Client

from accounts.models import Tenant
from accounts.services.api_keys import create_api_key
from accounts.services.sweeping import run_sweep
from accounts.tenancy.scope import tenant_scope

numbers = count(1)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def make_event(**fields: Any) -> dict[str, Any]:
    event = {
        "type": "track",
        "messageId": f"message-{next(numbers)}",
        "userId": "u1",
        "event": "Report Exported",
        "timestamp": NOON.isoformat(),
        "context": {"groupId": "acme-1"},
        **fields,
    }
    return {name: value for name, value in event.items() if value is not ...}


def make_write_key(tenant: Tenant) -> str:
    with tenant_scope(tenant):
        return create_api_key(name="website", scopes=[], is_write_key=True)[1]


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}


def post(key: str, *events: Any, call: str = "batch", **envelope: Any) -> Any:
    """The answer to a batch, or to a single call."""
    body = {"batch": list(events), **envelope} if call in ("batch", "import") else {**events[0], **envelope}
    return post_raw(json.dumps(body).encode(), basic(key), call=call)


def post_raw(body: bytes, headers: dict[str, str], *, call: str = "batch") -> Any:
    return Client(raise_request_exception=False).post(
        f"/v1/{call}", body, content_type="application/json", headers=headers
    )


def settle(tenant: Tenant) -> None:
    """Do what the worker does within a second."""
    run_sweep(tenant, "events.inbox")
    run_sweep(tenant, "usage.refresh")
