"""The integer arithmetic against fractions, and SQL against Python: no difference."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from health.arithmetic import make_plan
from health.definition import load
from health.definition_check import check
from health.explanation import apportion, contributions, shares
from health.scoring import Inputs, Scored, evaluate
from tests.health.oracle import Facts, answer
from tests.health.strategies import documents, facts

MILLIONTH = Fraction(1, 10**6)


def as_inputs(names: tuple[str, ...], known: Facts) -> Inputs:
    values = tuple(int(known[n][0] * 10**6) if n in known else 0 for n in names)
    return Inputs(values, tuple(known[n][1] if n in known else -1 for n in names))


def scored(document: dict[str, Any], known: Facts) -> Scored:
    plan = make_plan(check(document))
    return evaluate(plan, as_inputs(plan.inputs, known))


@settings(max_examples=150, deadline=None)
@given(documents(), facts())
def test_score_is_the_one_of_the_formulas(document: dict[str, Any], known: Facts) -> None:
    definition = check(document)
    got, want = scored(document, known), answer(definition.as_json(), known)
    present = {m.key: p for m, p in zip(definition.measures, got.points, strict=True) if p >= 0}
    assert present.keys() == want.sub_scores.keys()
    for key, points in present.items():
        assert abs(Fraction(points, 10**6) - want.sub_scores[key]) <= 20 * MILLIONTH
    assert (got.raw is None) == (want.score is None)
    if got.raw is not None and want.score is not None:
        assert abs(Fraction(got.raw, 10**6) - want.score) <= 20 * MILLIONTH
    assert abs(Fraction(got.coverage, 10**4) - want.coverage) <= Fraction(1, 10**4)


@given(documents())
def test_stored_form_reads_back_the_same(document: dict[str, Any]) -> None:
    definition = check(document)
    assert load(definition.as_json()) == definition
    assert check(definition.as_json()) == definition


@given(documents(), facts(), st.lists(st.integers(-1, 10**8), min_size=8, max_size=8))
def test_contributions_sum_to_the_distance_from_the_reference(
    document: dict[str, Any], known: Facts, references: list[int]
) -> None:
    plan = make_plan(check(document))
    result = evaluate(plan, as_inputs(plan.inputs, known))
    reference, parts = contributions(plan, result, references[: len(plan.measures)])
    if result.raw is not None and reference is not None:
        assert sum(part.value for part in parts) == result.raw - reference
        assert sum(shares(plan, result.weights)) == 1


@given(st.lists(st.fractions(-100, 100), min_size=1, max_size=9), st.integers(-3, 3))
def test_parts_sum_to_the_whole_and_stay_near(exact: list[Fraction], slack: int) -> None:
    total = round(sum(exact)) + slack
    parts = apportion(exact, total)
    assert sum(parts) == total
    assert all(abs(part - value) <= 1 + abs(slack) for part, value in zip(parts, exact, strict=True))


def test_exact_half_is_rounded_up() -> None:
    """A third and eleven twelfths: 62.5 on the nose, though neither part is a finite decimal."""
    measures = [{"key": f"m{i}", "weight": 1, "red": 0, "green": 12} for i in range(2)]
    known = {"m0": (Decimal(4), 0), "m1": (Decimal(11), 0)}
    assert scored({"groups": [{"key": "g", "weight": 1, "measures": measures}]}, known).score == 63
