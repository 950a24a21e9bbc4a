"""GET /metrics/reasons."""

from __future__ import annotations

from typing import Any, ClassVar

from accounts.rest.openapi import Operation, component
from accounts.rest.views import ApiView, Request, Response
from churn.api.answers import amount
from churn.api.asked import PERIOD, SEGMENT, asked_period, asked_segment
from churn.api.schemas import COUNT, DAY, EXACT, TEXT, array, record
from churn.definitions import DEFINITION_VERSION
from churn.rates import NO_FX_RATE
from churn.selectors.reasons import ChurnReason, churn_reasons

REASON = record(cause={"type": "string"}, stated=TEXT, customers=COUNT, mrr=EXACT, reason=TEXT)
ANSWER = component(
    "ChurnReasons",
    record(
        **{"from": DAY, "to": DAY},
        currency={"type": "string"},
        definition_version={"type": "string"},
        data=array(REASON),
    ),
)


class ReasonsView(ApiView):
    """Why customers left in a period."""

    parameters: ClassVar[Any] = {**PERIOD, "segment": SEGMENT}
    operations: ClassVar[Any] = {
        "GET": Operation(
            "Why customers left in a period",
            ANSWER,
            refusals=(422,),
            description="`cause` is what the facts say (voluntary, involuntary, free, pause_limit, pause), `stated` the "
            "reason that was given. MRR lost is negative; null with a `reason` where a rate is missing.",
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        period = asked_period(self, query)
        found = churn_reasons(self.tenant, period, asked_segment(query))
        return Response(
            {
                "from": period.start.isoformat(),
                "to": period.end.isoformat(),
                "currency": self.tenant.currency,
                "definition_version": DEFINITION_VERSION,
                "data": [_reason(each) for each in found],
            }
        )


def _reason(each: ChurnReason) -> dict[str, Any]:
    return {
        "cause": each.cause,
        "stated": each.reason or None,
        "customers": each.customers,
        "mrr": None if each.unpriced else amount(each.mrr),
        "reason": NO_FX_RATE if each.unpriced else None,
    }
