from __future__ import annotations

from typing import Any

from accounts.models import Segment
from accounts.rest.fields import ExternalId, Field, Instant, Schema, Text
from accounts.rest.openapi import component
from accounts.rest.resource import Resource
from accounts.segment_fields import FIELDS
from accounts.segment_rules import checked_rule

_COMBINED = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/SegmentRule"}}
_NAMES = ", ".join(f"`{name}`" for name in FIELDS)
RULE_SCHEMA = component(
    "SegmentRule",
    {
        "type": "object",
        "description": f"`all`, `any`, `not`, or a condition on {_NAMES} or `attributes.<key>`.",
        "properties": {
            "all": _COMBINED,
            "any": _COMBINED,
            "not": {"$ref": "#/components/schemas/SegmentRule"},
            "field": {"type": "string", "maxLength": 111},
            "op": {"type": "string"},
            "value": {},
        },
        "additionalProperties": False,
    },
)


class RuleField(Field):
    type = "object"

    def parse(self, value: Any) -> Any:
        return checked_rule(value) if value else {}

    def describe(self) -> Schema:
        return RULE_SCHEMA


class Segments(Resource):
    model = Segment
    name = "segment"
    fields = {
        "external_id": ExternalId(),
        "name": Text(100, required=True),
        "rule": RuleField(default=dict),
        "created_at": Instant(),
        "updated_at": Instant(read_only=True),
    }
    filters = {"external_id": ExternalId(), "name": Text(100)}


segments = Segments()
