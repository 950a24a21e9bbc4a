"""The arithmetic of the score, in whole numbers only, so that SQL and Python agree to the last bit.

Units: measured values in millionths, sub-scores, groups and scores in millionths of a point, coverage in
hundredths of a per cent. Every division rounds half away from zero. The displayed score is the score rounded to
four decimals and then to a whole number: this keeps an exact half a half.
`health.statement` writes the same steps as SQL from the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import gcd, lcm

from health.definition import Definition, MeasureRule

RULE_VERSION = 1

UNIT = 1_000_000  # of a measured value, and of a point
FULL = 100 * UNIT  # a whole sub-score
HALF = FULL // 2
LOG_UNIT = 10**9
ENOUGH_COVERAGE = 5_000  # of 10,000
MISSING = -1
BIGINT = 2**63 - 1

_context = Context(prec=50)


@dataclass(frozen=True)
class MeasurePlan:
    """A measure's constants. `low` is the red end and `high` the green one, mirrored where less is better."""

    key: str
    position: int
    sign: int
    low: int
    high: int
    mid: int | None
    log: bool
    fresh_days: int | None
    expire_days: int | None
    full_weight: int
    day_weight: int  # of each day that is left before the value expires


@dataclass(frozen=True)
class GroupPlan:
    key: str
    weight: int
    full_weight: int
    measures: tuple[MeasurePlan, ...]


@dataclass(frozen=True)
class CapPlan:
    position: int
    limit: int
    above: int | None
    below: int | None


@dataclass(frozen=True)
class Plan:
    """A definition turned into whole numbers, once per version."""

    inputs: tuple[str, ...]
    groups: tuple[GroupPlan, ...]
    caps: tuple[CapPlan, ...]
    yellow: int
    green: int

    @property
    def measures(self) -> list[MeasurePlan]:
        return [measure for group in self.groups for measure in group.measures]

    @property
    def weight(self) -> int:
        return sum(group.weight for group in self.groups)


def make_plan(definition: Definition) -> Plan:
    inputs = definition.inputs
    weights = _whole([group.weight for group in definition.groups])
    groups = tuple(
        _group_plan(group.key, weight, group.measures, inputs)
        for group, weight in zip(definition.groups, weights, strict=True)
    )
    caps = tuple(
        CapPlan(inputs.index(cap.measure), cap.limit, _millionths(cap.above), _millionths(cap.below))
        for cap in definition.caps
    )
    return Plan(tuple(inputs), groups, caps, definition.bands.yellow, definition.bands.green)


def _group_plan(key: str, weight: int, rules: tuple[MeasureRule, ...], inputs: list[str]) -> GroupPlan:
    """Weights become multiples of every fading span in the group, so that a fading weight is whole as well."""
    weights = _whole([rule.weight for rule in rules])
    spans = [1 if rule.expire_days is None else rule.expire_days - (rule.fresh_days or 0) for rule in rules]
    common = lcm(*spans)
    measures = tuple(
        _measure_plan(rule, inputs.index(rule.key), weight * common, weight * common // span)
        for rule, weight, span in zip(rules, weights, spans, strict=True)
    )
    return GroupPlan(key, weight, sum(measure.full_weight for measure in measures), measures)


def _measure_plan(rule: MeasureRule, position: int, full_weight: int, day_weight: int) -> MeasurePlan:
    sign = 1 if rule.green > rule.red else -1
    ends = [_anchor(anchor, rule.log) for anchor in (rule.red, rule.green)]
    return MeasurePlan(
        key=rule.key,
        position=position,
        sign=sign,
        low=sign * ends[0],
        high=sign * ends[1],
        mid=None if rule.mid is None else sign * _anchor(rule.mid, rule.log),
        log=rule.log,
        fresh_days=rule.fresh_days,
        expire_days=rule.expire_days,
        full_weight=full_weight,
        day_weight=day_weight,
    )


def _anchor(anchor: Decimal, log: bool) -> int:
    value = int(anchor * UNIT)
    return logarithm(value) if log else value


def _millionths(number: Decimal | None) -> int | None:
    return None if number is None else int(number * UNIT)


def _whole(weights: list[Decimal]) -> list[int]:
    """The smallest whole numbers in the same proportion."""
    scaled = [int(weight * 10_000) for weight in weights]
    divisor = gcd(*scaled)
    return [weight // divisor for weight in scaled]


def logarithm(value: int) -> int:
    """ln(1 + value), in billionths; a negative value counts as none."""
    argument = Decimal(max(value, 0)) / UNIT + 1
    return int((_context.ln(argument) * LOG_UNIT).quantize(Decimal(1), ROUND_HALF_UP, context=_context))


def quotient(numerator: int, denominator: int) -> int:
    """Rounded half away from zero; the denominator is positive."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def sub_score(measure: MeasurePlan, value: int) -> int:
    """0 at the red anchor, 50 at the mid point if there is one, 100 at the green anchor."""
    x = measure.sign * (logarithm(value) if measure.log else value)
    x = min(max(x, measure.low), measure.high)
    if measure.mid is None:
        return quotient((x - measure.low) * FULL, measure.high - measure.low)
    if x < measure.mid:
        return quotient((x - measure.low) * HALF, measure.mid - measure.low)
    return HALF + quotient((x - measure.mid) * HALF, measure.high - measure.mid)


def effective_weight(measure: MeasurePlan, age: int) -> int:
    """Full while fresh, then fading by the day; 0 for a missing or expired value."""
    if age < 0:
        return 0
    if measure.expire_days is None or age <= (measure.fresh_days or 0):
        return measure.full_weight
    return measure.day_weight * max(measure.expire_days - age, 0)


def displayed(score: int) -> int:
    """The whole number that people see."""
    return quotient(quotient(score, 100), 10_000)
