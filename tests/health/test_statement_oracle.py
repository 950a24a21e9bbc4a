"""The statement for everybody gives, row by row, what Python computes for one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Tenant
from health.arithmetic import make_plan
from health.models import Scorecard
from health.run import prepare
from health.scoring import Inputs, evaluate
from health.services.scorecards import publish_version, read_document
from health.services.scoring import score_day
from tests.factories.accounts import make_customer
from tests.factories.health import feed, make_scorecard
from tests.health.oracle import Facts
from tests.health.strategies import documents, facts

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def scorecard(today: date, in_acme: Tenant) -> Scorecard:
    return make_scorecard()


@QUICK
@given(documents(), st.lists(facts(), min_size=1, max_size=5), st.integers(0, 2**32))
def test_sql_and_python_agree(
    today: date, scorecard: Scorecard, document: dict[str, Any], everybody: list[Facts], seed: int
) -> None:
    with transaction.atomic():
        compare(today, scorecard, document, everybody, seed)


def compare(today: date, scorecard: Scorecard, document: dict[str, Any], everybody: list[Facts], seed: int) -> None:
    definition = read_document(document)
    publish_version(scorecard, definition)
    customers = [make_customer() for _ in everybody]
    early = today - timedelta(days=28)
    chance = random.Random(seed)
    for customer, known in zip(customers, everybody, strict=True):
        for key, (value, age) in known.items():
            feed(customer, today - timedelta(days=age), **{key: value})
            if chance.random() < 0.5:
                feed(customer, early - timedelta(days=3), **{key: value / 2})
    run = prepare(early, customers=[c.pk for c in customers])
    before = {row["customer_id"]: tuple(row["points"]) for row in run.rows()}
    score_day(early, customers=[c.pk for c in customers])
    plan = make_plan(definition)
    for row in prepare(today, customers=[c.pk for c in customers]).rows():
        want = evaluate(plan, Inputs(tuple(row["x"]), tuple(row["age"]), before=before[row["customer_id"]]))
        for name in ("score", "raw", "coverage", "band", "trend", "composition_changed", "cap"):
            assert row[name] == getattr(want, name), name
        assert tuple(row["points"]) == want.points


def test_weights_beyond_bigint_are_exact_as_well(today: date, scorecard: Scorecard) -> None:
    """Eight spans without a common divisor make weights of twenty digits."""
    spans = [389, 397, 401, 383, 379, 373, 367, 359]
    measures = [
        {
            "key": f"m{i}",
            "weight": "999.9999" if i else "0.0001",
            "red": 0,
            "green": 7,
            "fresh_days": 0,
            "expire_days": n,
        }
        for i, n in enumerate(spans)
    ]
    everybody = [{f"m{i}": (Decimal(i), 7 * i) for i in range(8)}]
    compare(today, scorecard, {"groups": [{"key": "g", "weight": 1, "measures": measures}]}, everybody, seed=1)
