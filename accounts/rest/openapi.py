"""OpenAPI 3.1 from the resources themselves: fields describe their values, views their operations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema

from accounts.rest.fields import Field, Schema
from accounts.rest.nested import object_schema

SAFE = ("GET", "HEAD")
components: dict[str, Schema] = {}

PROBLEM = "application/problem+json"
components["Problem"] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def component(name: str, schema: Schema) -> Schema:
    """Register a schema under a name; returns the reference to it."""
    components[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def inputs(fields: Mapping[str, Field], *, required: bool = True) -> Schema:
    """The schema of a request body with these fields."""
    writable = {name: each for name, each in fields.items() if not each.read_only}
    return {"type": "object", **object_schema(writable, required=required)}


def listing(item: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {"data": {"type": "array", "items": item}, "next_cursor": {"type": ["string", "null"]}},
    }


ANYTHING: Schema = {"type": "object", "additionalProperties": True}


@dataclass(frozen=True)
class Operation:
    """One method of one route, as the reference shows it."""

    summary: str
    answer: Schema | None = field(default_factory=lambda: ANYTHING)
    status: int = 200
    request: Schema | None = None
    request_type: str = "application/json"
    answer_type: str = "application/json"
    refusals: Sequence[int] = ()
    description: str = ""


class ApiSchema(AutoSchema):
    """Reads `operations`, `parameters` and `required_scope` of an `ApiView`."""

    view: Any

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        operation = self._operation(method)
        scope = self.view.scope_for(method)
        document: Schema = {
            "operationId": _operation_id(path, method),
            "summary": operation.summary,
            "description": f"{operation.description}\n\nScope: `{scope}`.".strip(),
            "tags": [_segments(path)[0] if _segments(path) else "api"],
            "parameters": [*self._path_parameters(path), *self._query_parameters(method)],
            "security": [{"apiKey": []}],
            "responses": self._responses(operation, path, method),
        }
        if operation.request is not None:
            document["requestBody"] = {
                "required": True,
                "content": {operation.request_type: {"schema": operation.request}},
            }
        if method not in SAFE:
            document["parameters"].append(_IDEMPOTENCY)
        return document

    def _operation(self, method: str) -> Operation:
        found = self.view.operations.get(method)
        return found or Operation((self.view.__doc__ or type(self.view).__name__).strip().splitlines()[0])

    def _path_parameters(self, path: str) -> list[Schema]:
        names = re.findall(r"{([^}]+)}", path)
        note = "The id, or `external:<your id>`."
        return [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "description": note}
            for name in names
        ]

    def _query_parameters(self, method: str) -> list[Schema]:
        if method not in SAFE:
            return []
        return [
            {"name": name, "in": "query", "required": each.required, "schema": each.describe()}
            for name, each in self.view.parameters.items()
        ]

    def _responses(self, operation: Operation, path: str, method: str) -> Schema:
        good: Schema = {"description": HTTPStatus(operation.status).phrase, "headers": _LIMIT_HEADERS}
        if operation.answer is not None:
            good["content"] = {operation.answer_type: {"schema": operation.answer}}
        refusals = {400, 401, 403, 406, 429, *operation.refusals}
        refusals |= {404} if "{" in path else set()
        refusals |= {409, 413, 415, 422} if method not in SAFE else set()
        return {str(operation.status): good} | {str(status): _refusal(status) for status in sorted(refusals)}


def add_components(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Post-processing hook: the named schemas, the security scheme, and paths in order."""
    result["paths"] = dict(sorted(result["paths"].items()))
    result["components"] = {
        "schemas": dict(sorted(components.items())),
        "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
    }
    return result


def without_slash_twins(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Pre-processing hook: every route answers with and without a trailing slash and is shown without."""
    return [each for each in endpoints if not each[0].endswith("/") and isinstance(each[3].cls.schema, ApiSchema)]


def _segments(path: str) -> list[str]:
    return [part for part in path.removeprefix("/api/v1").split("/") if part]


def _operation_id(path: str, method: str) -> str:
    parts = [part.strip("{}") for part in _segments(path)]
    return "_".join([method.lower(), *parts]).replace("-", "_").replace(".", "_")


def _refusal(status: int) -> Schema:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


_IDEMPOTENCY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "description": "For 24 hours the same key and the same body get the same answer.",
}
_LIMIT_HEADERS: Schema = {
    name: {"schema": {"type": "integer"}} for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
}
