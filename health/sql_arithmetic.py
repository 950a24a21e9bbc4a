"""The steps of `health.arithmetic` as SQL text over bigint; where a product could overflow, through exact numeric."""

from __future__ import annotations

from collections.abc import Iterable

from health.arithmetic import BIGINT, FULL, HALF, LOG_UNIT, GroupPlan, MeasurePlan


def plus(parts: Iterable[str]) -> str:
    return " + ".join(parts) or "0"


def big(number: int) -> str:
    return f"({number})::bigint"


def quotient(numerator: str, denominator: int, *, wide: bool = False) -> str:
    """Half up; the numerator is not negative."""
    if wide:
        return f"div(2 * ({numerator}) + {denominator}, {2 * denominator})::bigint"
    return f"((2 * ({numerator}) + {denominator}) / {2 * denominator})"


def ratio(numerator: str, denominator: str, *, wide: bool = False) -> str:
    """Half up, of two columns; the numerator is not negative and the denominator positive."""
    if wide:
        return f"div(2 * {numerator} + {denominator}, 2 * {denominator})::bigint"
    return f"(2 * {numerator} + {denominator}) / (2 * {denominator})"


def signed_ratio(numerator: str, denominator: str, *, wide: bool = False) -> str:
    """Half away from zero; the denominator is positive."""
    top = f"2 * {numerator} + CASE WHEN {numerator} < 0 THEN -{denominator} ELSE {denominator} END"
    return f"div({top}, 2 * {denominator})::bigint" if wide else f"({top}) / (2 * {denominator})"


def missing_sql(m: MeasurePlan, age: str) -> str:
    return f"{age} < 0" if m.expire_days is None else f"({age} < 0 OR {age} >= {m.expire_days})"


def weight_sql(m: MeasurePlan, age: str, *, wide: bool) -> str:
    missing, kind = missing_sql(m, age), "numeric" if wide else "bigint"
    if m.expire_days is None:
        return f"CASE WHEN {missing} THEN 0 ELSE {m.full_weight} END::{kind}"
    return (
        f"CASE WHEN {missing} THEN 0 WHEN {age} <= {m.fresh_days or 0} "
        f"THEN {m.full_weight} ELSE {m.day_weight} * ({m.expire_days} - {age})::{kind} END::{kind}"
    )


def sub_score_sql(m: MeasurePlan, value: str) -> str:
    x = _logarithm(value) if m.log else value
    x = f"least(greatest({'-' if m.sign < 0 else ''}{x}, {big(m.low)}), {big(m.high)})"
    if m.mid is None:
        return _part(x, m.low, m.high, FULL)
    lower, upper = _part(x, m.low, m.mid, HALF), _part(x, m.mid, m.high, HALF)
    return f"CASE WHEN {x} < {big(m.mid)} THEN {lower} ELSE {HALF} + {upper} END"


def _logarithm(value: str) -> str:
    return f"(round(ln(1 + greatest({value}, 0) * 0.000001), 9) * {LOG_UNIT})::bigint"


def _part(x: str, low: int, high: int, points: int) -> str:
    """How far x stands between two ends, of so many points."""
    span = high - low
    if 2 * span * points + span > BIGINT:
        return f"div(({x} - {big(low)})::numeric * {2 * points} + {span}, {2 * span})::bigint"
    return f"(({x} - {big(low)}) * {2 * points}::bigint + {span}) / {2 * span}"


def is_wide(group: GroupPlan) -> bool:
    """Whether weight times sub-score, as the statement multiplies them in this group, can leave bigint."""
    return 3 * group.weight * group.full_weight * FULL > BIGINT
