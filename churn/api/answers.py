"""The revenue report as JSON."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from accounts.policies import Policies
from accounts.rest.fields import plain
from churn.lifetime import LifetimeValue
from churn.periods import KINDS, State, Sums
from churn.rates import NO_FX_RATE
from churn.selectors.revenue import Report, Section

RATE_DIGITS = 6
MONEY_FIGURES = {"arpa", "arpa_new", "net_new_mrr"}


def rate(value: Decimal | None) -> str | None:
    """Exact to fifteen places, at least six shown."""
    return None if value is None else plain(round(value, 15), RATE_DIGITS)


def amount(value: Decimal | None) -> str | None:
    return None if value is None else plain(round(value, 8))


def report_as_json(report: Report) -> dict[str, Any]:
    answer = {
        "from": report.period.start.isoformat(),
        "to": report.period.end.isoformat(),
        "currency": report.tenant.currency,
        "timezone": report.tenant.timezone,
        "group_by": report.group_by,
        "is_forecast": report.is_forecast,
        "definition_version": report.definition_version,
        "computed_at": report.computed_at and report.computed_at.isoformat(),
        "excluded_test_customers": report.excluded_test_customers,
        "segment_basis": "attributes as of today; plan at the opening",
        "policies": _policies(report.policies),
        **section_as_json(report.total),
    }
    return answer | {"groups": [{"key": each.key, **section_as_json(each)} for each in report.groups]}


def section_as_json(section: Section) -> dict[str, Any]:
    sums, figures = section.sums, section.figures
    reasons = dict(figures.reasons)
    if section.lifetime.reason:
        reasons["ltv"] = section.lifetime.reason
    for name, state in (("opening", sums.opening), ("closing", sums.closing)):
        if state.unpriced:
            reasons[f"{name}.mrr"] = NO_FX_RATE
    if sums.unpriced_accounts:
        reasons["movements"] = NO_FX_RATE
    values = {name: amount(value) if name in MONEY_FIGURES else rate(value) for name, value in figures.values.items()}
    return {
        "period": {"from": section.start.isoformat(), "to": section.end.isoformat()},
        "is_partial": section.is_partial,
        "opening": _state(sums.opening),
        "closing": _state(sums.closing),
        "movements": _movements(sums),
        **values,
        "ltv": amount(section.lifetime.value),
        "ltv_basis": _lifetime(section.lifetime),
        "intra_period_churn": {"mrr": amount(-sums.intra_losses), "customers": sums.intra_customers},
        "bridge": _bridge(sums),
        "reasons": reasons,
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "customers": state.customers,
        "mrr": None if state.unpriced else amount(state.mrr),
        "arr": None if state.unpriced else amount(state.mrr * 12),
    }


def _movements(sums: Sums) -> dict[str, Any]:
    """Losses are negative; a movement that cannot be valued makes the money of its period unknown."""
    unknown = bool(sums.unpriced_accounts)
    found: dict[str, Any] = {
        kind: {"mrr": None if unknown else amount(sums.flow(kind).mrr), "customers": sums.flow(kind).customers}
        for kind in KINDS
    }
    found["churn"]["lapsed_pauses"] = sums.lapsed_pauses
    return found


def _bridge(sums: Sums) -> dict[str, Any]:
    """From the opening to the closing, for both end-point formulas: what they hide is what came in."""
    unknown = bool(sums.unpriced_accounts)
    flows = {kind: None if unknown else amount(sums.flow(kind).mrr) for kind in KINDS}
    return {
        "accounts": {
            "opening": sums.opening.customers,
            "lost": sums.lost,
            "lost_to_pause": sums.lost_paused,
            "won": sums.won,
            "returned": sums.returned,
            "closing": sums.closing.customers,
        },
        "revenue": {
            "opening": _state(sums.opening)["mrr"],
            "lost": None if unknown else amount(sums.flow("churn").mrr + sums.flow("pause").mrr),
            "shrunk": flows["contraction"],
            "grown": flows["expansion"],
            "won": flows["new"],
            "returned": None if unknown else amount(sums.flow("reactivation").mrr + sums.flow("resume").mrr),
            "fx": flows["fx"],
            "closing": _state(sums.closing)["mrr"],
        },
    }


def _lifetime(lifetime: LifetimeValue) -> dict[str, Any]:
    return {
        "basis": lifetime.basis,
        "method": lifetime.method or None,
        "monthly_churn": rate(lifetime.churn),
        "churn_events": lifetime.events,
        "customer_months": lifetime.exposure,
    }


def _policies(policies: Policies) -> dict[str, Any]:
    return {name: str(each) if isinstance(each, Decimal) else each for name, each in asdict(policies).items()}
