"""Time to churn: the Kaplan–Meier estimate with delayed entry (METRICS.md 3).

An account is at risk at age t when it entered before t and left, or was last seen, at t or later; at ties churn comes
before censoring. Variance by Greenwood, interval by log(-log).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, log, sqrt

Z = 1.959963984540054
ENOUGH_AT_RISK = 10
INTERVAL = "log(-log), 95 %"


@dataclass(frozen=True)
class Spell:
    """So many accounts that entered at one age and left (`churned`) or were last seen at another, in days."""

    entry: int
    exit: int
    churned: bool
    accounts: int = 1


@dataclass(frozen=True)
class Step:
    """At this age; `is_thin` where fewer than ten are at risk and the tail should not be drawn."""

    age: int
    at_risk: int
    churned: int
    survival: float
    lower: float | None
    upper: float | None

    @property
    def is_thin(self) -> bool:
        return self.at_risk < ENOUGH_AT_RISK


@dataclass(frozen=True)
class Survival:
    accounts: int
    churned: int
    steps: list[Step] = field(default_factory=list)

    @property
    def median(self) -> int | None:
        """The first age at which at most half are left; None while more than half are."""
        return next((step.age for step in self.steps if step.survival <= 0.5), None)

    @property
    def median_lower(self) -> int | None:
        return next((step.age for step in self.steps if step.lower is not None and step.lower <= 0.5), None)

    @property
    def median_upper(self) -> int | None:
        return next((step.age for step in self.steps if step.upper is not None and step.upper <= 0.5), None)


def kaplan_meier(spells: Iterable[Spell]) -> Survival:
    """One step per age at which somebody churned. A spell without length tells nothing and is left out."""
    observed = [spell for spell in spells if spell.exit > spell.entry]
    entries, exits, churned = _tally(observed)
    steps, survival, variance = [], 1.0, 0.0
    ages = sorted({*entries, *exits})
    at_risk = 0
    for age in ages:
        if events := churned.get(age, 0):
            survival *= 1 - events / at_risk
            if at_risk > events:
                variance += events / (at_risk * (at_risk - events))
            steps.append(Step(age, at_risk, events, survival, *_interval(survival, variance)))
        at_risk += entries.get(age, 0) - exits.get(age, 0)
    return Survival(sum(each.accounts for each in observed), sum(churned.values()), steps)


def _tally(spells: Iterable[Spell]) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    entries: dict[int, int] = {}
    exits: dict[int, int] = {}
    churned: dict[int, int] = {}
    for each in spells:
        entries[each.entry] = entries.get(each.entry, 0) + each.accounts
        exits[each.exit] = exits.get(each.exit, 0) + each.accounts
        if each.churned:
            churned[each.exit] = churned.get(each.exit, 0) + each.accounts
    return entries, exits, churned


def _interval(survival: float, variance: float) -> tuple[float | None, float | None]:
    """None at both ends of the scale, where log(-log) has no value."""
    if not 0 < survival < 1:
        return None, None
    centre, width = log(-log(survival)), Z * sqrt(variance) / log(survival)
    return exp(-exp(centre - width)), exp(-exp(centre + width))
