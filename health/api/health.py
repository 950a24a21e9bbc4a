from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.api.customers import customers
from accounts.models import Customer, Segment, Stage
from accounts.rest.collections import find_row
from accounts.rest.cursors import keyset_page, page_parameters
from accounts.rest.fields import Choice, Day, Text, Whole
from accounts.rest.openapi import ANYTHING, Operation, component, listing
from accounts.rest.problems import FieldError, bad_parameters, invalid, not_found
from accounts.rest.references import Ref
from accounts.rest.views import ApiView, Request, Response
from accounts.segment_rules import customers_in
from health.api.receipts import override_json, receipt_json
from health.models import HealthOverride, ScorecardVersion
from health.receipt import decimal_text
from health.selectors.scores import Row, explained_score, scores_on
from health.services.overrides import end_override, set_override

RECEIPT = component(
    "HealthReceipt",
    {
        "type": "object",
        "description": "Everything a score was made of. Figures in points are exact decimals as text.",
        "properties": {
            "customer": {"type": "string", "format": "uuid"},
            "as_of": {"type": "string", "format": "date"},
            "score": {"type": ["integer", "null"], "minimum": 0, "maximum": 100},
            "band": {"enum": ["green", "yellow", "red", "unknown"]},
            "reason": {"type": ["string", "null"]},
            "raw_score": {"type": ["string", "null"], "description": "Before caps, override and rounding."},
            "coverage": {"type": ["string", "null"]},
            "verified": {"type": "boolean", "description": "The stored score is what its inputs give, byte for byte."},
            "provisional": {"type": "boolean", "description": "The day is not closed."},
            "validated": {"type": "boolean", "description": "Whether the score was tested against churn."},
        },
        "additionalProperties": True,
    },
)
SCORE = component(
    "HealthScore",
    {
        "type": "object",
        "properties": {
            "customer": {"type": "string", "format": "uuid"},
            "external_id": {"type": ["string", "null"]},
            "as_of": {"type": "string", "format": "date"},
            "score": {"type": ["integer", "null"]},
            "band": {"enum": ["green", "yellow", "red", "unknown"]},
            "raw_score": {"type": ["string", "null"]},
            "coverage": {"type": ["string", "null"]},
            "trend": {"type": ["string", "null"]},
            "overridden": {"type": "boolean"},
            "capped": {"type": "boolean"},
            "scorecard_version": {"type": ["string", "null"], "format": "uuid"},
            "provisional": {"type": "boolean"},
        },
    },
)


def checked_day(query: dict[str, Any], today: date) -> date:
    day: date = query.get("as_of") or today
    if day > today:
        raise bad_parameters([FieldError("?as_of", "out_of_range", _("Lies in the future."))])
    return day


class HealthView(ApiView):
    """The receipt of a customer's score, for now or any past day."""

    parameters = {"as_of": Day(help="A date in the tenant's zone; today when left out.")}
    operations = {"GET": Operation("The health of a customer", RECEIPT, refusals=(404,))}

    def get(self, request: Request, id: str) -> Response:
        day = checked_day(self.query(), self.tenant.today())
        customer = find_row(customers, id)
        score = explained_score(customer.pk, day)
        return Response(receipt_json(customer, score) if score else no_score(customer, day))


def no_score(customer: Customer, day: date) -> dict[str, Any]:
    """A customer that has left, or was none yet, has no score; null says so, not 0."""
    return {
        "customer": str(customer.pk),
        "as_of": day.isoformat(),
        "score": None,
        "band": "unknown",
        "reason": "churned" if customer.stage == Stage.CHURNED else "no_scorecard_or_not_yet_a_customer",
        "raw_score": None,
        "coverage": None,
        "trend": {"points": None, "arrow": None, "days": 28, "composition_changed": False},
        "groups": [],
        "measures": [],
        "caps": [],
        "override": None,
        "validated": False,
    }


class HealthScoresView(ApiView):
    """The scores of all customers on a day."""

    parameters = {
        **page_parameters({"id": "pk"}, "id"),
        "as_of": Day(),
        "segment": Ref(Segment),
        "stage": Choice(Stage.values),
    }
    operations = {"GET": Operation("Scores of customers on a day", listing(SCORE))}

    def get(self, request: Request) -> Response:
        query = self.query()
        day = checked_day(query, self.tenant.today())
        rows = Customer.objects.all()
        if "stage" in query:
            rows = rows.filter(stage=query["stage"])
        if "segment" in query:
            segment = Segment.objects.filter(pk=query["segment"]).first()
            rows = rows.filter(pk__in=customers_in(segment)) if segment else rows.none()
        page = keyset_page(rows, order=query["order"], column="pk", limit=query["limit"], cursor=query.get("cursor"))
        scores = scores_on(day, [customer.pk for customer in page.rows])
        return Response(
            {
                "data": [_score(each, scores.rows.get(each.pk), day, scores.closed_at) for each in page.rows],
                "next_cursor": page.next_cursor,
            }
        )


def _score(customer: Customer, row: Row | None, day: date, closed_at: datetime | None) -> dict[str, Any]:
    row = row or {"band": "unknown"}
    return {
        "customer": str(customer.pk),
        "external_id": customer.external_id,
        "as_of": day.isoformat(),
        "score": row.get("score"),
        "band": row["band"],
        "raw_score": decimal_text(row.get("raw")),
        "coverage": decimal_text(row.get("coverage"), 10_000),
        "trend": decimal_text(row.get("trend")),
        "overridden": row.get("override_id") is not None,
        "capped": row.get("cap") is not None,
        "scorecard_version": str(row["version_id"]) if "version_id" in row else None,
        "provisional": closed_at is None,
    }


class OverrideView(ApiView):
    """A person's judgement in place of the computed score."""

    fields = {
        "score": Whole(0, 100, required=True),
        "reason": Text(1000, required=True, multiline=True),
        "expires_on": Day(help="The last day on which it holds, at most 90 days from today."),
        "author": Text(200, help="Who judges, as it should be shown; the key's name when left out."),
    }
    required_scope = {"GET": "read", "PUT": "write", "DELETE": "write"}
    operations = {
        "GET": Operation("The override in force", ANYTHING, refusals=(404,)),
        "PUT": Operation(
            "Override the health of a customer",
            ANYTHING,
            request={"type": "object", "properties": {name: each.describe() for name, each in fields.items()}},
            refusals=(404,),
        ),
        "DELETE": Operation("End the override", None, 204, refusals=(404,)),
    }

    def get(self, request: Request, id: str) -> Response:
        self.query()
        customer = find_row(customers, id)
        override = HealthOverride.objects.in_force(self.tenant.today()).filter(customer=customer).first()
        if override is None:
            raise not_found()
        return Response(override_json(override))

    def put(self, request: Request, id: str) -> Response:
        customer = find_row(customers, id)
        values = self.body(self.fields)
        try:
            override = set_override(
                customer,
                score=values["score"],
                reason=values["reason"],
                expires_on=values.get("expires_on") or self.tenant.today() + timedelta(days=90),
                author=values.get("author", ""),
            )
        except ValidationError as error:
            faults = [(f"/{name}", text) for name, texts in error.message_dict.items() for text in texts]
            raise invalid([FieldError(pointer, "invalid", text) for pointer, text in faults]) from error
        return Response(override_json(override))

    def delete(self, request: Request, id: str) -> HttpResponse:
        if end_override(find_row(customers, id)) is None:
            raise not_found()
        return HttpResponse(status=204)


class RiskView(ApiView):
    """How likely a customer is to leave, as far as that can be said."""

    operations = {"GET": Operation("The churn risk of a customer", ANYTHING, refusals=(404,))}

    def get(self, request: Request, id: str) -> Response:
        """No probability is claimed before a model was tested on the tenant's own churn: an index stands in."""
        self.query()
        customer = find_row(customers, id)
        score = explained_score(customer.pk, self.tenant.today())
        raw = score.row["raw"] if score else None
        known = score is not None and raw is not None and score.row["score"] is not None
        losses = sorted(score.receipt.parts.values(), key=lambda part: part.value)[:3] if score and known else []
        return Response(
            {
                "customer": str(customer.pk),
                "as_of": self.tenant.today().isoformat(),
                "probability": None,
                "reason": "not_validated" if known else "no_data",
                "index": 100 - round_half_up(raw) if known and raw is not None else None,
                "reasons": [
                    {"measure": part.key, "contribution": decimal_text(part.value)} for part in losses if part.value < 0
                ],
                "method": "100 minus the raw health score; not a probability",
                "model_version": _version(score.version) if score else None,
                "validated": False,
            }
        )


def round_half_up(raw: int) -> int:
    return (raw + 500_000) // 1_000_000


def _version(version: ScorecardVersion) -> str:
    return f"scorecard {version.scorecard_id} version {version.number}"
