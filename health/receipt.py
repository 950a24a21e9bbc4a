"""The receipt of a score: everything it was made of, computed again from the stored inputs. Pure.

What the database stored and what the arithmetic gives now are both written as canonical JSON; `verified` says that
the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from health.arithmetic import MISSING, RULE_VERSION, UNIT, make_plan
from health.definition import Definition, MeasureRule
from health.explanation import Contribution, contributions, shares
from health.scoring import Inputs, Scored, evaluate

OUTCOME = ("score", "raw", "coverage", "band", "trend", "composition_changed", "cap", "points")
ARROW = 5 * UNIT  # a change that people are shown


@dataclass(frozen=True)
class Receipt:
    """A stored row explained; figures are still whole millionths."""

    day: date
    definition: Definition
    inputs: Inputs
    scored: Scored
    reference_score: int | None
    parts: Mapping[str, Contribution]
    inputs_hash: str
    verified: bool

    def value(self, key: str) -> tuple[int, int] | None:
        """Value and age of an input, if there was one."""
        place = self.definition.inputs.index(key)
        age = self.inputs.ages[place]
        return None if age == MISSING else (self.inputs.values[place], age)

    @property
    def arrow(self) -> str | None:
        trend = self.scored.trend
        if trend is None:
            return None
        return "up" if trend >= ARROW else "down" if trend <= -ARROW else "flat"

    def sides(self) -> dict[str, tuple[Fraction, int]]:
        """Share and sub-score of each present measure, for comparing two days."""
        shared = shares(make_plan(self.definition), self.scored.weights)
        return {
            measure.key: (share, points)
            for measure, share, points in zip(self.definition.measures, shared, self.scored.points, strict=True)
            if share
        }


def explain(
    row: Mapping[str, Any],
    day: date,
    definition: Definition,
    *,
    references: Sequence[int] | None = None,
    before: Mapping[str, Any] | None = None,
) -> Receipt:
    """Compute the row again. `before` is the row of 28 days earlier, if there is one."""
    plan = make_plan(definition)
    if row["trend"] is None and not row["composition_changed"]:
        before = None  # that day may have been filled in later
    same_version = before is not None and before["version_id"] == row["version_id"]
    inputs = Inputs(
        values=tuple(row["x"]),
        ages=tuple(row["age"]),
        override=row["override_score"],
        before=tuple(before["points"]) if before is not None and same_version else None,
        version_changed=before is not None and not same_version,
    )
    scored = evaluate(plan, inputs)
    reference_score, parts = contributions(plan, scored, references)
    return Receipt(
        day=day,
        definition=definition,
        inputs=inputs,
        scored=scored,
        reference_score=reference_score,
        parts={part.key: part for part in parts},
        inputs_hash=hash_inputs(row, day, definition, inputs),
        verified=row["rule"] == RULE_VERSION and outcome_bytes(row) == outcome_bytes(asdict(scored)),
    )


def outcome_bytes(outcome: Mapping[str, Any]) -> bytes:
    return canonical({name: outcome[name] for name in OUTCOME})


def hash_inputs(row: Mapping[str, Any], day: date, definition: Definition, inputs: Inputs) -> str:
    """SHA-256 of everything that decides the outcome."""
    facts = {
        "day": day.isoformat(),
        "rule": row["rule"],
        "scorecard": definition.as_json(),
        "values": dict(zip(definition.inputs, zip(inputs.values, inputs.ages, strict=True), strict=True)),
        "override": inputs.override,
        "before": inputs.before,
        "version_changed": inputs.version_changed,
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON in one way only: keys in order, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def decimal_text(value: int | None, unit: int = UNIT) -> str | None:
    """A whole number of fractions as an exact decimal."""
    if value is None:
        return None
    places = len(str(unit)) - 1
    whole, part = divmod(abs(value), unit)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{places}d}"


def plain_decimal(value: int) -> str:
    """The same without needless zeros."""
    text = decimal_text(value) or "0"
    return text.rstrip("0").rstrip(".")


def freshness(rule: MeasureRule, age: int) -> Fraction:
    """How much of its weight a value of this age still has."""
    fresh = rule.fresh_days or 0
    if rule.expire_days is None or age <= fresh:
        return Fraction(1)
    return Fraction(max(rule.expire_days - age, 0), rule.expire_days - fresh)
