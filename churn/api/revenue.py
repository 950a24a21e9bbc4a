"""GET /metrics/revenue."""

from __future__ import annotations

from typing import Any, ClassVar

from accounts.rest.fields import Choice
from accounts.rest.openapi import Operation, component
from accounts.rest.views import ApiView, Request, Response
from churn.api.answers import report_as_json
from churn.api.asked import PERIOD, SEGMENT, asked_period, asked_segment, refuse_too_many
from churn.api.schemas import REVENUE
from churn.selectors.revenue import GROUPS, revenue_report


class RevenueView(ApiView):
    """MRR, movements, retention and churn of a period."""

    parameters: ClassVar[Any] = {
        **PERIOD,
        "group_by": Choice(GROUPS),
        "segment": SEGMENT,
    }
    operations: ClassVar[Any] = {
        "GET": Operation(
            "MRR, movements, retention and churn of a period",
            component("RevenueReport", REVENUE),
            refusals=(422,),
            description="Rates are exact decimals as text, null with a code in `reasons` where they cannot be had. "
            "Movements of loss (contraction, churn, pause) are negative. `groups` repeats every figure per group.",
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        period = asked_period(self, query)
        refuse_too_many(period, query.get("group_by"))
        report = revenue_report(self.tenant, period, group_by=query.get("group_by"), segment=asked_segment(query))
        return Response(report_as_json(report))
