"""The statement for everybody against the same formulas in pandas, from the same facts."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from accounts.models import Tenant
from health.run import prepare
from tests.factories.accounts import make_customer
from tests.factories.health import feed, make_scorecard

RULES = pd.DataFrame(
    [
        ("usage", 40, "logins", 3, 0, 100, 2, 14),
        ("usage", 40, "tickets", 1, 12, 1, 5, 30),
        ("relationship", 25, "silence", 2, 90, 14, 0, 60),
        ("outcomes", 35, "nps", 1, -100, 100, 90, 180),
        ("outcomes", 35, "goals", 4, 0, 80, 30, 200),
    ],
    columns=["group", "group_weight", "measure", "weight", "red", "green", "fresh", "expire"],
)


def document() -> dict[str, object]:
    groups = []
    for (key, weight), rules in RULES.groupby(["group", "group_weight"], sort=False):
        measures = [
            {
                "key": r.measure,
                "weight": int(r.weight),
                "red": int(r.red),
                "green": int(r.green),
                "fresh_days": int(r.fresh),
                "expire_days": int(r.expire),
            }
            for r in rules.itertuples()
        ]
        groups.append({"key": key, "weight": int(weight), "measures": measures})
    return {"groups": groups}


def by_pandas(facts: pd.DataFrame) -> pd.DataFrame:
    """Score and coverage per customer."""
    rows = facts.merge(RULES, on="measure")
    rows["points"] = 100 * ((rows.value - rows.red) / (rows.green - rows.red)).clip(0, 1)
    rows["w"] = rows.weight * ((rows.expire - rows.age) / (rows.expire - rows.fresh)).clip(0, 1)
    rows["wp"] = rows.w * rows.points
    groups = rows.groupby(["customer", "group", "group_weight"])[["w", "wp"]].sum().reset_index()
    groups = groups[groups.w > 0]
    groups["score"] = groups.wp / groups.w * groups.group_weight
    groups["cover"] = groups.w / groups.group.map(RULES.groupby("group").weight.sum()) * groups.group_weight
    sums = groups.groupby("customer")[["score", "group_weight", "cover"]].sum()
    return pd.DataFrame({"score": sums.score / sums.group_weight, "coverage": sums.cover / 100})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_difference(today: date, in_acme: Tenant, seed: int) -> None:
    make_scorecard(document())
    chance = random.Random(seed)
    facts = []
    for _ in range(40):
        customer = make_customer()
        for measure in RULES.measure:
            if chance.random() < 0.7:
                value, age = chance.randint(-20, 130), chance.randint(0, 210)
                feed(customer, today - timedelta(days=age), **{measure: value})
                facts.append((customer.pk, measure, value, age))
    want = by_pandas(pd.DataFrame(facts, columns=["customer", "measure", "value", "age"]))
    rows = pd.DataFrame(prepare(today).rows()).set_index("customer_id")
    got = rows[rows.raw.notna()]
    assert set(got.index) == set(want.index)
    assert np.abs(got.raw.astype(float) / 1e6 - want.score.reindex(got.index)).max() < 1e-5
    assert np.abs(got.coverage.astype(float) / 1e4 - want.coverage.reindex(got.index)).max() <= 1e-4
