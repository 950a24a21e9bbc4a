"""Formula lifetime value (METRICS.md 1.7): what a customer is expected to bring in, and from how much evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from accounts.policies import Policies
from churn.periods import Sums
from churn.rates import NO_DATA, PRECISION

ENOUGH_EVENTS = 10
LONGEST_LIFETIME = Decimal(60)  # months, where churn is hardly or never seen
Z = Decimal("1.959963984540054")


@dataclass(frozen=True)
class LifetimeValue:
    """`basis` says whether the margin is in it, `method` how churn was estimated."""

    value: Decimal | None
    reason: str = ""
    basis: str = "revenue"
    method: str = ""
    churn: Decimal | None = None
    events: int = 0
    exposure: int = 0


def lifetime_value(arpa: Decimal | None, months: Sequence[Sums], policies: Policies) -> LifetimeValue:
    """ARPA x margin / monthly churn of the months given.

    Below ten churn events nothing is divided by the observed rate: its upper 95 % Wilson bound stands in, and a
    lifetime is at most 60 months.
    """
    events = sum(each.lost for each in months)
    exposure = sum(each.opening.customers for each in months)
    basis = "revenue" if policies.gross_margin_percent is None else "gross_profit"
    if arpa is None or not exposure:
        return LifetimeValue(None, NO_DATA, basis, events=events, exposure=exposure)
    with localcontext(prec=PRECISION):
        margin = Decimal(1) if policies.gross_margin_percent is None else policies.gross_margin_percent / 100
        if events < ENOUGH_EVENTS:
            churn, method = wilson(events, exposure)[1], "wilson_upper_bound"
            lifetime = min(1 / churn, LONGEST_LIFETIME)
        else:
            churn, method = _observed(months, events, exposure, policies), policies.ltv_churn
            lifetime = 1 / churn if churn > 0 else LONGEST_LIFETIME
        return LifetimeValue(arpa * margin * lifetime, "", basis, method, churn, events, exposure)


def wilson(successes: int, trials: int) -> tuple[Decimal, Decimal]:
    """The 95 % Wilson interval of a proportion."""
    n, p = Decimal(trials), Decimal(successes) / trials
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * (p * (1 - p) / n + Z**2 / (4 * n**2)).sqrt() / (1 + Z**2 / n)
    return max(centre - half, Decimal(0)), min(centre + half, Decimal(1))


def _observed(months: Sequence[Sums], events: int, exposure: int, policies: Policies) -> Decimal:
    base = sum((each.opening.mrr for each in months), Decimal(0))
    if policies.ltv_churn == "gross_mrr" and base:
        return sum((each.base_losses for each in months), Decimal(0)) / base
    return Decimal(events) / exposure
