"""The demo's market must behave like one: what customers experience decides whether they stay."""

from __future__ import annotations

import numpy as np
import pytest

from config.demo.simulate import NEVER, History, simulate
from config.demo.world import WEEKS


@pytest.fixture(scope="module")
def market() -> History:
    return simulate(3000, seed=7)


def test_same_seed_gives_the_same_market(market: History) -> None:
    again = simulate(3000, seed=7)
    assert np.array_equal(market.usage, again.usage)
    assert np.array_equal(market.left, again.left)


def test_another_seed_gives_another_market(market: History) -> None:
    assert not np.array_equal(market.usage, simulate(3000, seed=8).usage)


def test_those_who_leave_used_it_less_before(market: History) -> None:
    settled = market.converted & (market.traits.start < 80)
    left = settled & (market.left < WEEKS) & (market.left > market.traits.start + 12)
    stayed = settled & (market.left == NEVER)
    rate = market.active / np.maximum(1, market.seats)
    before = np.array([rate[i, market.left[i] - 9 : market.left[i] - 1].mean() for i in np.flatnonzero(left)])
    assert before.mean() < 0.8 * rate[stayed, 100:].mean()


def test_slow_help_makes_leaving_likelier(market: History) -> None:
    monthly = market.converted & ~market.traits.annual & (market.traits.start < 80)
    often = market.slow_help.sum(axis=1) / np.maximum(1, (market.seats > 0).sum(axis=1)) > 0.03
    gone = market.left < WEEKS
    assert gone[monthly & often].mean() > gone[monthly & ~often].mean()


def test_yearly_logo_churn_is_plausible(market: History) -> None:
    start = WEEKS - 52
    base = market.converted & (market.traits.start < start - 4) & (market.left >= start)
    assert 0.06 < (market.left[base] < WEEKS).mean() < 0.35


def test_nobody_uses_it_after_leaving(market: History) -> None:
    for i in np.flatnonzero((market.left < WEEKS) & (market.returned == NEVER))[:200]:
        assert market.usage[i, market.left[i] + 1 :].sum() == 0
