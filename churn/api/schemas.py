"""What the answers look like, for OpenAPI."""

from __future__ import annotations

from accounts.rest.fields import Schema
from churn.periods import KINDS
from churn.rates import FORMULAS

EXACT: Schema = {"type": ["string", "null"], "format": "decimal"}
COUNT: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}


def record(**properties: Schema) -> Schema:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_STATE = record(customers=COUNT, mrr=EXACT, arr=EXACT)
_FLOW = record(mrr=EXACT, customers=COUNT)
_OPEN: Schema = {"type": "object", "additionalProperties": True}
SECTION = record(
    period=record(**{"from": DAY, "to": DAY}),
    is_partial=FLAG,
    opening=_STATE,
    closing=_STATE,
    movements=record(**dict.fromkeys(KINDS, _FLOW)),
    **dict.fromkeys(FORMULAS, EXACT),
    ltv=EXACT,
    ltv_basis=_OPEN,
    intra_period_churn=_FLOW,
    bridge=record(accounts=_OPEN, revenue=_OPEN),
    reasons={"type": "object", "additionalProperties": {"type": "string"}},
)
REVENUE = record(
    **{"from": DAY, "to": DAY},
    currency={"type": "string"},
    timezone={"type": "string"},
    group_by=TEXT,
    is_forecast=FLAG,
    definition_version={"type": "string"},
    computed_at={"type": ["string", "null"], "format": "date-time"},
    excluded_test_customers=COUNT,
    segment_basis={"type": "string"},
    policies=_OPEN,
    **SECTION["properties"],
    groups=array({**SECTION, "properties": {"key": TEXT, **SECTION["properties"]}}),
)
