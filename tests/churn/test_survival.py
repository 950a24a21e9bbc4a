from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from churn.services.ledger import rebuild_ledger
from churn.survival import Spell, Survival, kaplan_meier
from tests.factories.accounts import make_customer, make_subscription
from tests.factories.api import make_caller

ages = st.integers(1, 40)
complete = st.lists(ages, min_size=1, max_size=40)


def at(curve: Survival, age: int) -> float:
    return next((step.survival for step in reversed(curve.steps) if step.age <= age), 1.0)


# Freireich et al. 1963: weeks of remission under 6-MP, + is censored.
REMISSION = [(6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1)]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_the_textbook_case() -> None:
    spells = [Spell(0, week, True, number) for week, number in REMISSION]
    curve = kaplan_meier([*spells, *(Spell(0, week, False) for week in CENSORED)])
    assert [round(step.survival, 4) for step in curve.steps] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert [step.at_risk for step in curve.steps] == [21, 17, 15, 12, 11, 7, 6]
    assert (curve.median, curve.median_lower) == (23, 13)
    first = curve.steps[0]
    assert first.lower is not None and first.upper is not None
    assert (round(first.lower, 4), round(first.upper, 4)) == (0.6197, 0.9516)


@given(complete)
def test_without_censoring_it_is_what_is_left(exits: list[int]) -> None:
    curve = kaplan_meier(Spell(0, age, True) for age in exits)
    for age in range(1, 41):
        assert at(curve, age) == pytest.approx(1 - sum(each <= age for each in exits) / len(exits))


@given(complete, ages)
def test_somebody_still_here_never_lowers_it(exits: list[int], seen: int) -> None:
    spells = [Spell(0, age, True) for age in exits]
    before, after = kaplan_meier(spells), kaplan_meier([*spells, Spell(0, seen, False)])
    assert all(at(after, age) >= at(before, age) - 1e-12 for age in range(1, 41))


def test_who_came_late_is_not_at_risk_before() -> None:
    curve = kaplan_meier([Spell(0, 5, True), Spell(0, 20, True), Spell(10, 20, True), Spell(10, 30, False)])
    assert [(step.age, step.at_risk) for step in curve.steps] == [(5, 2), (20, 3)]


def test_the_ledger_tells_ages_and_ends(acme: Tenant) -> None:
    with tenant_scope(acme):
        gone, stays = make_customer(tier="gold"), make_customer()
        make_subscription(gone, started_on=date(2026, 1, 1), ended_on=date(2026, 1, 31))
        make_subscription(gone, started_on=date(2026, 3, 1))
        make_subscription(stays, started_on=date(2026, 1, 1))
        rebuild_ledger()
    api = make_caller(acme)
    answer = api.get("/metrics/survival?as_of=2026-06-30&group_by=tier")
    assert (answer["customers"], answer["churned"], answer["median_days"]) == (2, 1, 30)
    assert answer["steps"][0]["survival"] == "0.500000" and answer["steps"][0]["is_thin"]
    assert [group["key"] for group in answer["groups"]] == ["", "gold"]
    late = api.get("/metrics/survival?as_of=2026-06-30&tracked_since=2026-02-15")
    assert (late["customers"], late["churned"], late["reason"]) == (1, 0, "not_enough")


def test_reasons_are_counted(acme: Tenant) -> None:
    with tenant_scope(acme):
        for reason in ("price", "price", ""):
            make_subscription(cancel_reason=reason, ended_on=date(2026, 3, 5))
        rebuild_ledger()
    answer = make_caller(acme).get("/metrics/reasons?from=2026-03-01&to=2026-04-01")
    assert [(each["stated"], each["customers"], each["mrr"]) for each in answer["data"]] == [
        ("price", 2, "-200.00"),
        (None, 1, "-100.00"),
    ]
