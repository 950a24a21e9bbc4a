from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.rest.collections import MAX_ROWS, bulk_answer, rows_of
from accounts.rest.drafts import Draft, fill_new, read_drafts
from accounts.rest.fields import Day, Instant, Number, Text
from accounts.rest.openapi import Operation, component, listing
from accounts.rest.problems import Invalid
from accounts.rest.references import Ref
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response
from accounts.tenancy.scope import current_tenant
from health.api.receipts import number
from health.definition import KEY
from health.models import Measure
from health.services.measure_values import Observation, record_values
from health.sources.registry import measures as built_in
from health.sources.registry import source_of

MEASURE = component(
    "Measure",
    {
        "type": "object",
        "properties": {
            "key": {"type": "string"},
            "name": {"type": "string"},
            "unit": {"type": "string"},
            "source": {"type": "string", "description": "`measure_values` where integrations feed it."},
            "built_in": {"type": "boolean"},
        },
        "additionalProperties": True,
    },
)


class MeasureKey(Text):
    """The key of a measure, as scorecards name it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(64, **options)

    def parse(self, value: Any) -> Any:
        text = super().parse(value)
        if not re.match(KEY, text):
            raise Invalid.because("invalid_format", _("Must be 1 to 64 letters, digits, _ . : or -."))
        return text

    def details(self) -> dict[str, Any]:
        return {"pattern": KEY.pattern.replace(r"\Z", "$"), "maxLength": 64}


class MeasuresView(ApiView):
    """Every measure that a scorecard can use: built-in ones, and those that were fed or named."""

    fields = {"key": MeasureKey(required=True), "name": Text(100, null=True), "unit": Text(20, null=True)}
    operations = {
        "GET": Operation("List measures", listing(MEASURE)),
        "POST": Operation(
            "Name a measure of your own",
            MEASURE,
            201,
            {"type": "object", "properties": {name: each.describe() for name, each in fields.items()}},
        ),
    }

    def get(self, request: Request) -> Response:
        self.query()
        own = {measure.key: measure for measure in Measure.objects.order_by("key")}
        return Response(
            {"data": [_measure(key, own.get(key)) for key in [*built_in, *_others(own)]], "next_cursor": None}
        )

    def post(self, request: Request) -> Response:
        values = self.body(self.fields)
        wanted = {name: values.get(name, "") for name in ("name", "unit")}
        measure, _created = Measure.objects.update_or_create(key=values["key"], defaults=wanted)
        return Response(_measure(measure.key, measure), status=201)


def _others(own: dict[str, Measure]) -> list[str]:
    return [key for key in own if key not in built_in]


def _measure(key: str, own: Measure | None) -> dict[str, Any]:
    known = built_in.get(key)
    source = source_of(key)
    return {
        "key": key,
        "name": (own.name if own else "") or (str(known.label) if known else key),
        "unit": (own.unit if own else "") or (str(known.unit) if known else ""),
        "group": known.group if known else None,
        "source": source.name if source else "measure_values",
        "built_in": known is not None,
        "red": number(known.red) if known else None,
        "green": number(known.green) if known else None,
        "fresh_days": known.fresh_days if known else None,
        "expire_days": known.expire_days if known else None,
    }


class ObservedAt(Instant):
    """An instant, or a day: then its first moment in the tenant's zone."""

    def parse(self, value: Any) -> Any:
        try:
            return super().parse(value)
        except Invalid:
            if isinstance(value, str) and len(value) == len("2026-01-31"):
                return current_tenant().midnight(Day().parse(value))
            raise


class MeasureValues(Resource):
    """Observations; rows are facts and have no ids."""

    model = Measure
    name = "measure_value"
    key = ("customer", "measure", "observed_at")
    fields = {
        "customer": Ref(Customer, required=True),
        "measure": MeasureKey(required=True),
        "value": Number(18, 6, required=True, null=True, help="null withdraws what was said before."),
        "observed_at": ObservedAt(help="When it was so; the moment of the call when left out."),
        "recorded_at": Instant(help="When it became known, for imports of history; never later than now."),
        "source": Text(50, null=True),
    }


measure_values = MeasureValues()
CLOCKS_DIFFER = timedelta(minutes=5)
_ROWS = {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, "items": measure_values.write_schema}


class MeasureValuesBulk(ApiView):
    """Feed up to 1000 values of any measure; good rows land, bad rows say why."""

    operations = {
        "POST": Operation(
            "Feed values of measures",
            {"$ref": "#/components/schemas/BulkAnswer"},
            request={"type": "object", "required": ["data"], "properties": {"data": _ROWS}},
            description="A correction is a new row for the same `observed_at`; history is kept.",
        )
    }

    def post(self, request: Request) -> Response:
        drafts = read_drafts(measure_values, rows_of(request.data))
        for draft in drafts:
            fill_new(measure_values, draft)
            _check_times(draft)
        rows = {draft.index: _observation(draft) for draft in drafts if draft.good}
        news = record_values(list(rows.values()))
        for index, row in rows.items():
            known = (row.customer_id, row.measure, row.observed_at) in news
            drafts[index].status = "created" if known else "unchanged"
        return Response(bulk_answer(measure_values, drafts))


def _check_times(draft: Draft) -> None:
    moment = now()
    draft.values.setdefault("observed_at", moment)
    for name in ("observed_at", "recorded_at"):
        if draft.values.get(name) is not None and draft.values[name] > moment + CLOCKS_DIFFER:
            draft.refuse(f"/{name}", "out_of_range", _("Lies in the future."))


def _observation(draft: Draft) -> Observation:
    values = draft.values
    return Observation(
        customer_id=values["customer"],
        measure=values["measure"],
        value=values["value"],
        observed_at=values["observed_at"],
        recorded_at=values.get("recorded_at"),
        source=values.get("source", ""),
    )
