"""The score by HEALTH's formulas, written a second time from the document itself, with fractions and nothing shared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

Facts = dict[str, tuple[Decimal, int]]  # measure -> value and age in days


@dataclass(frozen=True)
class Answer:
    sub_scores: dict[str, Fraction]
    score: Fraction | None
    coverage: Fraction


def ln1p(value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = 40
        argument = Decimal(1) + Decimal(max(value, Fraction(0)).numerator) / Decimal(value.denominator)
        return Fraction(argument.ln())


def sub_score(rule: dict[str, Any], value: Decimal) -> Fraction:
    x, red, green = Fraction(value), Fraction(rule["red"]), Fraction(rule["green"])
    mid = Fraction(rule["mid"]) if rule["mid"] is not None else None
    if rule["log"]:
        x, red, green = ln1p(x), ln1p(red), ln1p(green)
        mid = ln1p(mid) if mid is not None else None
    if mid is None:
        return 100 * clamp((x - red) / (green - red))
    if (x - mid) / (green - red) < 0:
        return 50 * clamp((x - red) / (mid - red))
    return 50 + 50 * clamp((x - mid) / (green - mid))


def clamp(part: Fraction) -> Fraction:
    return min(max(part, Fraction(0)), Fraction(1))


def freshness(rule: dict[str, Any], age: int) -> Fraction:
    fresh, expire = rule["fresh_days"], rule["expire_days"]
    if expire is None or age <= fresh:
        return Fraction(1)
    return max(Fraction(expire - age, expire - fresh), Fraction(0))


def answer(document: dict[str, Any], facts: Facts) -> Answer:
    sub_scores: dict[str, Fraction] = {}
    top = bottom = covered = total = Fraction(0)
    for group in document["groups"]:
        importance = Fraction(group["weight"])
        weighted = weight = whole = Fraction(0)
        for rule in group["measures"]:
            whole += Fraction(rule["weight"])
            fact = facts.get(rule["key"])
            f = freshness(rule, fact[1]) if fact else Fraction(0)
            if fact is None or f == 0:
                continue
            sub_scores[rule["key"]] = sub_score(rule, fact[0])
            weighted += Fraction(rule["weight"]) * f * sub_scores[rule["key"]]
            weight += Fraction(rule["weight"]) * f
        total += importance
        covered += importance * weight / whole
        if weight:
            top += importance * weighted / weight
            bottom += importance
    return Answer(sub_scores, top / bottom if bottom else None, covered / total)
