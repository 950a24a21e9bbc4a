"""GET /metrics/cohorts."""

from __future__ import annotations

from typing import Any, ClassVar

from accounts.rest.fields import Choice, Day
from accounts.rest.openapi import Operation, component
from accounts.rest.views import ApiView, Request, Response
from churn.api.answers import amount, rate
from churn.api.asked import SEGMENT, asked_segment
from churn.api.schemas import COUNT, EXACT, array, record
from churn.cohorts import MEASURES, Triangle
from churn.definitions import DEFINITION_VERSION
from churn.selectors.cohorts import cohort_triangle

TRIANGLE = component(
    "CohortTriangle",
    record(
        measure={"type": "string"},
        currency={"type": "string"},
        definition_version={"type": "string"},
        cohorts=array(record(cohort={"type": "string"}, size=COUNT, base=EXACT, cells=array(EXACT))),
        averages=array(EXACT),
    ),
)


class CohortsView(ApiView):
    """Retention by the month of the first payment."""

    parameters: ClassVar[Any] = {
        "measure": Choice(MEASURES, default="logo"),
        "from": Day(help="Cohorts that began in or after the month of this day."),
        "as_of": Day(help="As it stood on this day; today when left out."),
        "segment": SEGMENT,
    }
    operations: ClassVar[Any] = {
        "GET": Operation(
            "Retention by the month of the first payment",
            TRIANGLE,
            refusals=(422,),
            description="Cell 0 is the first paid day, cell k the end of the k-th month after. Months that are not "
            "over are null. `averages` are weighted by `base`: customers, or their MRR on the first paid day.",
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        since = query["from"].replace(day=1) if "from" in query else None
        segment, as_of = asked_segment(query), query.get("as_of")
        triangle = cohort_triangle(self.tenant, query["measure"], since=since, segment=segment, as_of=as_of)
        return Response(
            {
                "measure": triangle.measure,
                "currency": self.tenant.currency,
                "definition_version": DEFINITION_VERSION,
                "cohorts": _cohorts(triangle),
                "averages": [rate(each) for each in triangle.averages],
            }
        )


def _cohorts(triangle: Triangle) -> list[dict[str, Any]]:
    width = triangle.width
    return [
        {
            "cohort": f"{row.cohort:%Y-%m}",
            "size": row.size,
            "base": str(row.size) if triangle.measure == "logo" else amount(row.base),
            "cells": [rate(cell) for cell in row.cells] + [None] * (width - len(row.cells)),
        }
        for row in triangle.rows
    ]
