"""A caller of the API: knows a key and speaks JSON."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from accounts.models import Tenant
from accounts.services.api_keys import create_api_key
from accounts.tenancy.scope import tenant_scope


class Caller:
    """Sends requests with one key; `status` and `body` of the last answer stay at hand."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client()
        self.status = 0
        self.body: Any = None

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Any:
        data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        content_type = headers.pop("content_type", "application/json")
        named = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        response = self.client.generic(method, f"/api/v1{path}", data, content_type, headers=named)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        self.status, self.body = response.status_code, json.loads(content) if content else None
        return response

    def get(self, path: str) -> Any:
        self.call("GET", path)
        return self.body

    def post(self, path: str, body: Any, **headers: str) -> Any:
        self.call("POST", path, body, **headers)
        return self.body

    def patch(self, path: str, body: Any) -> Any:
        self.call("PATCH", path, body)
        return self.body

    def delete(self, path: str) -> Any:
        self.call("DELETE", path)
        return self.body

    def bulk(self, collection: str, *rows: Any) -> Any:
        return self.post(f"/{collection}/bulk", {"data": list(rows)})

    def upload(self, kind: str, file: str | bytes, **parts: str) -> Any:
        """A CSV file as multipart, to /imports."""
        content = file.encode() if isinstance(file, str) else file
        boundary = "b-o-u-n-d-a-r-y"
        fields = {"kind": kind, **parts}.items()
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        )
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file.csv"\r\n\r\n'
        raw = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        self.call("POST", "/imports", raw=raw, content_type=f"multipart/form-data; boundary={boundary}")
        return self.body

    def codes(self) -> dict[str, str]:
        """What was wrong with the last request: code by pointer."""
        return {error["pointer"]: error["code"] for error in self.body["errors"]}


def make_caller(tenant: Tenant, *scopes: str, **fields: Any) -> Caller:
    with tenant_scope(tenant):
        _key, secret = create_api_key(
            name="Integration", scopes=list(scopes) or ["read", "write", "ingest", "admin"], **fields
        )
    return Caller(secret)
