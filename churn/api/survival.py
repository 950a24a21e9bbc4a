"""GET /metrics/survival."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from accounts.rest.fields import Choice, Day, Schema
from accounts.rest.openapi import Operation, component
from accounts.rest.views import ApiView, Request, Response
from churn.api.answers import rate
from churn.api.asked import SEGMENT, asked_segment
from churn.api.schemas import COUNT, EXACT, FLAG, TEXT, array, record
from churn.definitions import DEFINITION_VERSION
from churn.rates import NO_DATA, NOT_ENOUGH
from churn.selectors.survival import survival_by
from churn.survival import INTERVAL, Survival

DAYS_A_MONTH = Decimal(365) / 12
GROUPS = ("acquisition_channel", "tier", "csm", "cohort", "stage")
AGE: Schema = {"type": ["integer", "null"]}
CURVE: Schema = record(
    customers=COUNT,
    churned=COUNT,
    censored=COUNT,
    median_days=AGE,
    median_months=EXACT,
    median_interval=record(lower=AGE, upper=AGE),
    reason=TEXT,
    steps=array(
        record(day=COUNT, at_risk=COUNT, churned=COUNT, survival=EXACT, lower=EXACT, upper=EXACT, is_thin=FLAG)
    ),
)
ANSWER = component(
    "Survival",
    record(
        unit={"type": "string"},
        interval={"type": "string"},
        definition_version={"type": "string"},
        **CURVE["properties"],
        groups=array({**CURVE, "properties": {"key": TEXT, **CURVE["properties"]}}),
    ),
)


class SurvivalView(ApiView):
    """Time to churn, by Kaplan–Meier."""

    parameters: ClassVar[Any] = {
        "as_of": Day(help="Whoever still pays is last seen at the end of this day; yesterday when left out."),
        "tracked_since": Day(help="Accounts that paid before this day enter at the age they had then."),
        "group_by": Choice(GROUPS),
        "segment": SEGMENT,
    }
    operations: ClassVar[Any] = {
        "GET": Operation(
            "Time to churn, by Kaplan–Meier",
            ANSWER,
            refusals=(422,),
            description="From the first paid day to the first churn, in days. Paying and paused customers are "
            "censored. Steps with `is_thin` have fewer than ten at risk.",
        )
    }

    def get(self, request: Request) -> Response:
        query = self.query()
        asked: dict[str, Any] = {"segment": asked_segment(query), "as_of": query.get("as_of")}
        asked["tracked_since"] = query.get("tracked_since")
        whole = survival_by(self.tenant, **asked).get(None, Survival(0, 0))
        group_by = query.get("group_by")
        groups = survival_by(self.tenant, group_by=group_by, **asked) if group_by else {}
        return Response(
            {
                "unit": "days",
                "interval": INTERVAL,
                "definition_version": DEFINITION_VERSION,
                **_curve(whole),
                "groups": [{"key": key, **_curve(each)} for key, each in groups.items()],
            }
        )


def _curve(survival: Survival) -> dict[str, Any]:
    median = survival.median
    reason = None if median is not None else (NOT_ENOUGH if survival.accounts else NO_DATA)
    return {
        "customers": survival.accounts,
        "churned": survival.churned,
        "censored": survival.accounts - survival.churned,
        "median_days": median,
        "median_months": None if median is None else rate(median / DAYS_A_MONTH),
        "median_interval": {"lower": survival.median_lower, "upper": survival.median_upper},
        "reason": reason,
        "steps": [
            {
                "day": step.age,
                "at_risk": step.at_risk,
                "churned": step.churned,
                "survival": _share(step.survival),
                "lower": _share(step.lower),
                "upper": _share(step.upper),
                "is_thin": step.is_thin,
            }
            for step in survival.steps
        ],
    }


def _share(value: float | None) -> str | None:
    return None if value is None else rate(Decimal(repr(value)))
