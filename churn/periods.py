"""What happened between two local midnights, as sums: the numbers from which every rate follows."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

KINDS = ("new", "reactivation", "expansion", "contraction", "churn", "pause", "resume", "fx")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class State:
    """Paying customers and MRR at an instant; `unpriced` of them pay in a currency without a rate."""

    customers: int = 0
    mrr: Decimal = NOTHING
    unpriced: int = 0


@dataclass(frozen=True)
class Flow:
    """Deltas of one kind of movement (losses are negative) and how many customers moved."""

    mrr: Decimal = NOTHING
    customers: int = 0


@dataclass(frozen=True)
class Sums:
    """A period of one group of customers. "Base" is the opening base: the customers of `opening`."""

    opening: State = State()
    closing: State = State()
    flows: dict[str, Flow] = field(default_factory=dict)
    lost: int = 0
    lost_paused: int = 0
    won: int = 0
    returned: int = 0
    lost_mrr: Decimal = NOTHING
    won_mrr: Decimal = NOTHING
    returned_mrr: Decimal = NOTHING
    lapsed_pauses: int = 0
    base_losses: Decimal = NOTHING
    base_expansion: Decimal = NOTHING
    intra_losses: Decimal = NOTHING
    intra_customers: int = 0
    nrr_delta: Decimal = NOTHING
    grr_delta: Decimal = NOTHING
    no_constant: int = 0
    unpriced_accounts: int = 0

    def flow(self, kind: str) -> Flow:
        return self.flows.get(kind, Flow())


_PLAIN = [each.name for each in fields(Sums) if each.name not in ("opening", "closing", "flows")]


def sums_of(opening: State, row: dict[str, Any] | None) -> Sums:
    """The period that opens so and in which these movements happened."""
    if row is None:
        return Sums(opening, opening)
    flows = {kind: Flow(row[kind], row[f"{kind}_customers"]) for kind in KINDS}
    customers = opening.customers - row["lost"] + row["won"] + row["returned"]
    mrr = opening.mrr + sum((flow.mrr for flow in flows.values()), NOTHING)
    closing = State(customers, mrr, opening.unpriced + row["unpriced"])
    return Sums(opening, closing, flows, **{name: row[name] for name in _PLAIN})
