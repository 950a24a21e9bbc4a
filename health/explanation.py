"""Why a score is what it is, and why it changed. Exact: the parts always sum to the whole.

Shares and contributions are fractions until they are shown; then the largest remainders take the last millionth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from health.arithmetic import HALF, MISSING, UNIT, GroupPlan, Plan
from health.scoring import Scored

NEUTRAL = HALF  # reference of a measure that no customer of the stage has yet


@dataclass(frozen=True)
class Contribution:
    """What one measure adds to, or takes from, the score of a typical customer of the stage."""

    key: str
    share: Fraction
    points: int
    reference: int
    value: int  # millionths of a point


@dataclass(frozen=True)
class Change:
    """What one measure did to the score between two days."""

    key: str
    value_effect: int
    weight_effect: int

    @property
    def total(self) -> int:
        return self.value_effect + self.weight_effect


def shares(plan: Plan, weights: Sequence[int]) -> list[Fraction]:
    """The part of the whole score that each measure decides; 1 in all, or all 0 when nothing is known."""
    present = sum(group.weight for group, total in _group_totals(plan, weights) if total)
    result: list[Fraction] = []
    for group, total in _group_totals(plan, weights):
        inside = weights[len(result) : len(result) + len(group.measures)]
        result += [Fraction(group.weight * w, present * total) if total else Fraction(0) for w in inside]
    return result


def _group_totals(plan: Plan, weights: Sequence[int]) -> list[tuple[GroupPlan, int]]:
    totals: list[tuple[GroupPlan, int]] = []
    start = 0
    for group in plan.groups:
        totals.append((group, sum(weights[start : start + len(group.measures)])))
        start += len(group.measures)
    return totals


def contributions(
    plan: Plan, scored: Scored, references: Sequence[int] | None
) -> tuple[int | None, list[Contribution]]:
    """The reference score, and each measure's contribution: they sum exactly to score minus reference."""
    if scored.raw is None:
        return None, []
    shared = shares(plan, scored.weights)
    known = [NEUTRAL if r == MISSING else r for r in references or [MISSING] * len(shared)]
    reference = round_half_up(sum((s * r for s, r in zip(shared, known, strict=True)), Fraction(0)))
    exact = [s * (p - r) if s else Fraction(0) for s, p, r in zip(shared, scored.points, known, strict=True)]
    parts = apportion(exact, scored.raw - reference)
    return reference, [
        Contribution(m.key, s, p, r, part)
        for m, s, p, r, part in zip(plan.measures, shared, scored.points, known, parts, strict=True)
        if s
    ]


def changes(
    before: dict[str, tuple[Fraction, int]], after: dict[str, tuple[Fraction, int]], total: int
) -> list[Change]:
    """Split a change of score by measure, at the mid-point: what its value did, and what its weight did.

    Both sides give share and sub-score per present measure; `total` is the difference of the two scores. A measure
    that one side lacks has only a weight effect. Weight effects are counted from the mid score, so that a measure
    as good as the whole does nothing by coming or going.
    """
    keys = list(dict.fromkeys([*before, *after]))
    middle = (_score(before) + _score(after)) / 2
    effects: list[Fraction] = []
    for key in keys:
        old_share, old = before.get(key, (Fraction(0), after.get(key, (0, 0))[1]))
        new_share, new = after.get(key, (Fraction(0), old))
        effects.append((old_share + new_share) / 2 * (new - old))
        effects.append((new_share - old_share) * (Fraction(old + new, 2) - middle))
    parts = apportion(effects, total)
    return [Change(key, parts[2 * i], parts[2 * i + 1]) for i, key in enumerate(keys)]


def _score(side: dict[str, tuple[Fraction, int]]) -> Fraction:
    return sum((share * points for share, points in side.values()), Fraction(0))


def apportion(exact: Sequence[Fraction], total: int) -> list[int]:
    """Whole parts that sum to the total, each as near as can be to its exact value."""
    parts = [value.numerator // value.denominator for value in exact]
    left = total - sum(parts)
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for turn in range(abs(left)):
        index = order[turn % len(order)] if left > 0 else order[-1 - turn % len(order)]
        parts[index] += 1 if left > 0 else -1
    return parts


def round_half_up(value: Fraction) -> int:
    sign = 1 if value >= 0 else -1
    return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))


def as_points(millionths: int) -> float:
    return millionths / UNIT
