"""One customer's score from its inputs: the definition in Python of what `health.statement` does for all at once.

The receipt of any past day is computed here again and compared with what was stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from health.arithmetic import (
    ENOUGH_COVERAGE,
    MISSING,
    UNIT,
    GroupPlan,
    Plan,
    displayed,
    effective_weight,
    quotient,
    sub_score,
)

NO_TREND = None


@dataclass(frozen=True)
class Inputs:
    """What was known: a value in millionths and an age in days per input, MISSING as age where there is none."""

    values: tuple[int, ...]
    ages: tuple[int, ...]
    override: int | None = None
    before: tuple[int, ...] | None = None  # sub-scores 28 days earlier, by the same version
    version_changed: bool = False  # there was a score 28 days earlier, by another version


@dataclass(frozen=True)
class Scored:
    points: tuple[int, ...]  # sub-score of each weighing measure, MISSING where there is none
    weights: tuple[int, ...]  # effective weight of each, inside its group
    groups: tuple[int | None, ...]
    raw: int | None
    coverage: int
    cap: int | None  # index of the cap that lowers the score
    score: int | None
    band: str
    trend: int | None
    composition_changed: bool


def evaluate(plan: Plan, inputs: Inputs) -> Scored:
    measures = plan.measures
    weights = tuple(effective_weight(m, inputs.ages[m.position]) for m in measures)
    points = tuple(
        sub_score(m, inputs.values[m.position]) if weight else MISSING
        for m, weight in zip(measures, weights, strict=True)
    )
    groups = tuple(_group(points[span], weights[span]) for span in _spans(plan))
    raw = _weighted(plan, groups)
    coverage = _coverage(plan, weights)
    known = raw is not None and coverage >= ENOUGH_COVERAGE
    cap = _cap(plan, inputs, raw) if raw is not None else None
    score = inputs.override
    if score is None and known and raw is not None:
        score = displayed(raw if cap is None else plan.caps[cap].limit * UNIT)
    return Scored(
        points=points,
        weights=weights,
        groups=groups,
        raw=raw,
        coverage=coverage,
        cap=cap,
        score=score,
        band=band(plan, score),
        trend=_trend(plan, points, weights, inputs.before),
        composition_changed=inputs.version_changed or _composition_changed(points, inputs.before),
    )


def band(plan: Plan, score: int | None) -> str:
    if score is None:
        return "unknown"
    return "green" if score >= plan.green else "yellow" if score >= plan.yellow else "red"


def _spans(plan: Plan) -> list[slice]:
    """Where each group's measures stand."""
    spans, start = [], 0
    for group in plan.groups:
        spans.append(slice(start, start + len(group.measures)))
        start += len(group.measures)
    return spans


def _group(points: Sequence[int], weights: Sequence[int]) -> int | None:
    total = sum(weights)
    return quotient(sum(w * p for w, p in zip(weights, points, strict=True)), total) if total else None


def _weighted(plan: Plan, groups: Sequence[int | None]) -> int | None:
    present = [(group.weight, value) for group, value in zip(plan.groups, groups, strict=True) if value is not None]
    total = sum(weight for weight, _ in present)
    return quotient(sum(weight * value for weight, value in present), total) if total else None


def _coverage(plan: Plan, weights: Sequence[int]) -> int:
    shares = [
        group.weight * quotient(sum(weights[span]) * UNIT, group.full_weight)
        for group, span in zip(plan.groups, _spans(plan), strict=True)
    ]
    return quotient(sum(shares), plan.weight * 100)


def _cap(plan: Plan, inputs: Inputs, raw: int) -> int | None:
    """The lowest limit among the rules that hold, if it lowers the score."""
    holding = [
        (cap.limit, i)
        for i, cap in enumerate(plan.caps)
        if inputs.ages[cap.position] >= 0
        and (
            inputs.values[cap.position] > cap.above
            if cap.above is not None
            else inputs.values[cap.position] < (cap.below or 0)
        )
    ]
    if not holding:
        return None
    limit, index = min(holding)
    return index if raw > limit * UNIT else None


def _trend(plan: Plan, points: Sequence[int], weights: Sequence[int], before: Sequence[int] | None) -> int | None:
    """The change on measures present at both dates, with today's weights."""
    if before is None:
        return NO_TREND
    changes = [
        (group.weight, change)
        for group, span in zip(plan.groups, _spans(plan), strict=True)
        if (change := _group_change(points[span], weights[span], before[span])) is not None
    ]
    total = sum(weight for weight, _ in changes)
    return quotient(sum(weight * change for weight, change in changes), total) if total else NO_TREND


def _group_change(points: Sequence[int], weights: Sequence[int], before: Sequence[int]) -> int | None:
    both = [(w, p - b) for w, p, b in zip(weights, points, before, strict=True) if p != MISSING and b != MISSING]
    total = sum(weight for weight, _ in both)
    return quotient(sum(weight * change for weight, change in both), total) if total else None


def _composition_changed(points: Sequence[int], before: Sequence[int] | None) -> bool:
    return before is not None and any((p == MISSING) != (b == MISSING) for p, b in zip(points, before, strict=True))


def group_of(plan: Plan, index: int) -> GroupPlan:
    """The group in which the measure with this index weighs."""
    for group, span in zip(plan.groups, _spans(plan), strict=True):
        if span.start <= index < span.stop:
            return group
    raise IndexError(index)
