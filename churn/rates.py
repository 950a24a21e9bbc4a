"""Rates out of sums (METRICS.md 1.4–1.5). Exact: a quotient is rounded only where it is shown.

A rate that cannot be had is None, with a reason: `no_base`, `no_losses`, `no_fx_rate`, `no_data`, `not_enough`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from accounts.policies import Policies
from churn.periods import KINDS, Sums

PRECISION = 40
NO_BASE, NO_LOSSES, NO_FX_RATE = "no_base", "no_losses", "no_fx_rate"
NO_DATA, NOT_ENOUGH = "no_data", "not_enough"


class Unknown(Exception):
    """This figure cannot be had; says why."""


@dataclass(frozen=True)
class Figures:
    """The rates of a period; `reasons` names why one is None."""

    values: dict[str, Decimal | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Decimal | None:
        return self.values[name]


Formula = Callable[[Sums, Policies], Decimal]


def figures_of(sums: Sums, policies: Policies) -> Figures:
    """Every rate that follows from the sums alone."""
    figures = Figures()
    with localcontext(prec=PRECISION):
        for name, formula in FORMULAS.items():
            try:
                figures.values[name] = formula(sums, policies)
            except Unknown as unknown:
                figures.values[name] = None
                figures.reasons[name] = str(unknown)
    return figures


def share(part: Decimal | int, whole: Decimal | int, reason: str = NO_BASE) -> Decimal:
    if not whole:
        raise Unknown(reason)
    return Decimal(part) / Decimal(whole)


def opening_mrr(sums: Sums, policies: Policies) -> Decimal:
    return _priced(sums.opening.mrr, sums.opening.unpriced)


def closing_mrr(sums: Sums, policies: Policies) -> Decimal:
    return _priced(sums.closing.mrr, sums.closing.unpriced)


def logo_churn(sums: Sums, policies: Policies) -> Decimal:
    """Customers of the opening base that are not paying at the closing."""
    return share(sums.lost, sums.opening.customers)


def logo_retention(sums: Sums, policies: Policies) -> Decimal:
    return 1 - logo_churn(sums, policies)


def gross_mrr_churn(sums: Sums, policies: Policies) -> Decimal:
    return share(_losses(sums, policies), _base(sums))


def net_mrr_churn(sums: Sums, policies: Policies) -> Decimal:
    regained = sums.flow("reactivation").mrr if policies.net_churn_counts_reactivation else 0
    return share(_losses(sums, policies) - sums.base_expansion - regained, _base(sums))


def grr(sums: Sums, policies: Policies) -> Decimal:
    return share(_constant(sums) + sums.grr_delta, _base(sums))


def nrr(sums: Sums, policies: Policies) -> Decimal:
    return share(_constant(sums) + sums.nrr_delta, _base(sums))


def quick_ratio(sums: Sums, policies: Policies) -> Decimal:
    _require_priced_flows(sums)
    gains = sums.flow("new").mrr + sums.flow("expansion").mrr
    if policies.quick_ratio_counts_reactivation:
        gains += sums.flow("reactivation").mrr
    return share(gains, -sums.flow("churn").mrr - sums.flow("contraction").mrr, NO_LOSSES)


def arpa(sums: Sums, policies: Policies) -> Decimal:
    return share(closing_mrr(sums, policies), sums.closing.customers)


def arpa_new(sums: Sums, policies: Policies) -> Decimal:
    _require_priced_flows(sums)
    return share(sums.flow("new").mrr, sums.flow("new").customers, NO_DATA)


def account_net_change(sums: Sums, policies: Policies) -> Decimal:
    """(customers on day 1 - customers on day 30) / customers on day 1."""
    return share(sums.opening.customers - sums.closing.customers, sums.opening.customers)


def revenue_net_change(sums: Sums, policies: Policies) -> Decimal:
    """(revenue on day 1 - revenue on day 30) / revenue on day 1; negative is growth."""
    return share(opening_mrr(sums, policies) - closing_mrr(sums, policies), opening_mrr(sums, policies))


def mrr_growth(sums: Sums, policies: Policies) -> Decimal:
    return -revenue_net_change(sums, policies)


def net_new_mrr(sums: Sums, policies: Policies) -> Decimal:
    return closing_mrr(sums, policies) - opening_mrr(sums, policies)


def expansion_rate(sums: Sums, policies: Policies) -> Decimal:
    _require_priced_flows(sums)
    return share(sums.flow("expansion").mrr, _base(sums))


FORMULAS: dict[str, Formula] = {
    "logo_churn_rate": logo_churn,
    "logo_retention_rate": logo_retention,
    "gross_mrr_churn_rate": gross_mrr_churn,
    "net_mrr_churn_rate": net_mrr_churn,
    "grr": grr,
    "nrr": nrr,
    "quick_ratio": quick_ratio,
    "arpa": arpa,
    "arpa_new": arpa_new,
    "account_net_change_rate": account_net_change,
    "revenue_net_change_rate": revenue_net_change,
    "mrr_growth_rate": mrr_growth,
    "net_new_mrr": net_new_mrr,
    "expansion_rate": expansion_rate,
}


def identity_gap(sums: Sums) -> Decimal:
    """closing - opening - all movements: zero, always."""
    return sums.closing.mrr - sums.opening.mrr - sum((sums.flow(kind).mrr for kind in KINDS), Decimal(0))


def _priced(mrr: Decimal, unpriced: int) -> Decimal:
    if unpriced:
        raise Unknown(NO_FX_RATE)
    return mrr


def _base(sums: Sums) -> Decimal:
    return _priced(sums.opening.mrr, sums.opening.unpriced)


def _constant(sums: Sums) -> Decimal:
    """The opening MRR, where all of the base can be valued at the opening rates."""
    return _priced(sums.opening.mrr, sums.opening.unpriced + sums.no_constant)


def _losses(sums: Sums, policies: Policies) -> Decimal:
    _require_priced_flows(sums)
    apart = policies.intra_period_churn == "apart"
    return sums.base_losses + (Decimal(0) if apart else sums.intra_losses)


def _require_priced_flows(sums: Sums) -> None:
    if sums.unpriced_accounts:
        raise Unknown(NO_FX_RATE)
