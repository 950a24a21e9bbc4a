"""The ledger and its figures against the day-by-day oracle, on random histories (METRICS.md 12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given

from accounts.models import Customer, FxRate, Subscription, Tenant
from accounts.policies import Policies
from churn.periods import KINDS, Sums
from churn.rates import figures_of, identity_gap
from churn.selectors.periods import CUSTOMER_GROUPS, Range, Segment, period_sums
from churn.services.ledger import rebuild_ledger
from tests.churn import histories
from tests.churn.histories import random_markets, seeds
from tests.churn.oracle import DAY, AccountDay, Item, Oracle, Rules
from tests.factories.accounts import make_change
from tests.factories.churn import lines_of, rows

DATES = ("started_on", "ended_on")
Market = list[tuple[Customer, Oracle]]


@contextmanager
def market(tenant: Tenant, random: Random, switches: dict[str, Any]) -> Iterator[Market]:
    """Random histories as rows, with an oracle each; gone again afterwards."""
    known = histories.rates(random)
    with transaction.atomic():
        tenant.policies = switches
        FxRate.objects.bulk_create(
            FxRate(date=day, from_currency=currency, to_currency="USD", rate=rate)
            for currency, rates in known.items()
            for day, rate in rates.items()
        )
        series = {currency: list(rates.items()) for currency, rates in known.items()}
        drawn = histories.customers(random)
        rows = _write(drawn)
        yield [(row, Oracle(_items(each), series, Rules(**switches))) for row, each in zip(rows, drawn, strict=True)]
        tenant.policies = {}
        transaction.set_rollback(True)


def _write(drawn: Any) -> list[Customer]:
    customers = Customer.objects.bulk_create(Customer(id=uuid4(), name=f"{number}") for number in range(len(drawn)))
    owned = [(customer, each) for customer, items in zip(customers, drawn, strict=True) for each in items]
    subscriptions = Subscription.objects.bulk_create(
        Subscription(
            id=uuid4(), customer=customer, started_on=each["started_on"], ended_on=each["ended_on"], **each["base"]
        )
        for customer, each in owned
    )
    for row, (_, each) in zip(subscriptions, owned, strict=True):
        for day, changed in each["changes"]:
            make_change(row, day, **changed)
    return list(customers)


def _items(subscriptions: Any) -> list[Item]:
    return [Item(each["base"], each["started_on"], each["ended_on"], each["changes"]) for each in subscriptions]


def _expected(oracle: Oracle) -> list[tuple[date, str, Decimal]]:
    lines = []
    for day, _, kind, moved, fx in oracle.days(histories.FIRST - DAY, histories.LAST + DAY):
        if fx:
            lines.append((day, "fx", fx))
        if kind:
            lines.append((day, kind, moved))
    return lines


@random_markets
@given(seeds)
def test_ledger_equals_the_day_by_day_oracle(in_acme: Tenant, seed: int) -> None:
    random = Random(seed)
    with market(in_acme, random, histories.switches(random)) as found:
        rebuild_ledger()
        compared = 0
        for customer, oracle in found:
            if any(state.unpriced for state in _states(oracle).values()):
                continue  # the type of a movement without a value is tested by hand
            last = histories.LAST + DAY
            kept = [each for each in lines_of(customer) if each.kind != "plan" and each.day <= last]
            assert [(each.day, each.kind, each.delta) for each in kept] == _expected(oracle)
            compared += 1
        assert compared > len(found) / 2


def _states(oracle: Oracle) -> dict[date, AccountDay]:
    return {day: after for day, after, *_ in oracle.days(histories.FIRST - DAY, histories.LAST + DAY)}


def _counted(state: AccountDay) -> bool:
    return state.state in ("paying", "free")


def _random_period(random: Random) -> tuple[date, date]:
    start = histories.day(random)
    return start, min(start + timedelta(days=random.randint(1, 60)), histories.LAST + DAY)


@random_markets
@given(seeds)
def test_figures_of_any_range_equal_the_oracle(in_acme: Tenant, seed: int) -> None:
    random = Random(seed)
    with market(in_acme, random, histories.switches(random)) as found:
        rebuild_ledger()
        ends = [(customer, oracle, _states(oracle)) for customer, oracle in found]
        priced = [each for each in ends if not any(state.unpriced for state in each[2].values())]
        segment = Segment("VALUES " + ", ".join(f"('{customer.pk}'::uuid)" for customer, _, _ in priced))
        for _ in range(4):
            start, end = _random_period(random)
            sums = period_sums(in_acme, Range(start, end, end), segment=segment)[start, None]
            _check_figures(sums, start, end, priced)


def _check_figures(sums: Sums, start: date, end: date, priced: list[tuple[Customer, Oracle, Any]]) -> None:
    pairs = [(oracle, states[start - DAY], states[end - DAY]) for _, oracle, states in priced]
    base = [each for each in pairs if _counted(each[1])]
    assert sums.opening.customers == len(base)
    assert sums.closing.customers == sum(_counted(after) for _, _, after in pairs)
    assert sums.opening.mrr == sum(opened.mrr for _, opened, _ in pairs)
    assert sums.closing.mrr == sum(closed.mrr for _, _, closed in pairs)
    assert sums.lost == sum(not _counted(after) for _, _, after in base)
    _check_retention(sums, base, start)
    _check_identities(sums)


def _check_retention(sums: Sums, base: list[tuple[Oracle, AccountDay, AccountDay]], start: date) -> None:
    worth = []
    for oracle, opened, closed in base:
        amounts = [(oracle.rate(currency, start - DAY), currency, each) for currency, each in closed.native.items()]
        if any(rate is None for rate, _, _ in amounts):
            assert sums.no_constant
            return
        worth.append(
            (opened.mrr, sum((oracle.worth(each, name, start - DAY) for _, name, each in amounts), Decimal(0)))
        )
    figures = figures_of(sums, Policies())
    total = sum((opened for opened, _ in worth), Decimal(0))
    if not total:
        assert figures.reasons["nrr"] == figures.reasons["grr"] == "no_base"
        return
    nrr, grr = figures["nrr"], figures["grr"]
    assert nrr is not None and grr is not None
    assert abs(nrr - sum(closed for _, closed in worth) / total) < Decimal("1e-18")
    assert abs(grr - sum(min(pair) for pair in worth) / total) < Decimal("1e-18")
    assert 0 <= grr <= 1 and grr <= nrr


def _check_identities(sums: Sums) -> None:
    assert identity_gap(sums) == 0
    gained = sum(sums.flow(kind).customers for kind in ("new", "reactivation", "resume"))
    left = sum(sums.flow(kind).customers for kind in ("churn", "pause"))
    assert sums.closing.customers == sums.opening.customers + gained - left
    if sums.opening.customers:
        figures = figures_of(sums, Policies())
        joined = Decimal(sums.won + sums.returned) / sums.opening.customers
        logo, net = figures["logo_churn_rate"], figures["account_net_change_rate"]
        assert logo is not None and net is not None and 0 <= logo <= 1
        assert abs(net - (logo - joined)) < Decimal("1e-20")


@random_markets
@given(seeds)
def test_parts_add_up_and_months_close_as_they_open(in_acme: Tenant, seed: int) -> None:
    random = Random(seed)
    with market(in_acme, random, {}):
        rebuild_ledger()
        start, end = _random_period(random)
        period = Range(start, end, end)
        whole = period_sums(in_acme, period)[start, None]
        months = list(period_sums(in_acme, period, every="month").values())
        for earlier, later in pairwise(months):
            assert earlier.closing == later.opening
        assert (months[0].opening, months[-1].closing) == (whole.opening, whole.closing)
        for group_by in CUSTOMER_GROUPS:
            parts = period_sums(in_acme, period, group_by=group_by).values()
            assert sum(each.lost for each in parts) == whole.lost
            assert sum(each.base_losses for each in parts) == whole.base_losses
            assert sum(each.closing.mrr for each in parts) == whole.closing.mrr
            for kind in KINDS:
                assert sum(each.flow(kind).mrr for each in parts) == whole.flow(kind).mrr


LEDGER = """
    SELECT customer_id, day, line, kind, cause, reason, delta, mrr_before, mrr_after, customers, state_before,
        state_after, unpriced_before, unpriced_after, native, plan_before, plan_after, month, in_base, nrr_delta,
        grr_delta, cohort, cohort_initial, cohort_delta, cohort_capped_delta, inputs_hash
    FROM churn_movement ORDER BY 1, 2, 3
"""
MONTHS = """
    SELECT month, cohort, customers, delta, base_customers, base_losses, nrr_delta,
        grr_delta, cohort_size, cohort_initial, cohort_delta, cohort_capped_delta, unpriced, inputs_hash
    FROM churn_month ORDER BY 1, 2
"""


@random_markets
@given(seeds)
def test_a_late_fact_leaves_what_a_full_rebuild_would(in_acme: Tenant, seed: int) -> None:
    random = Random(seed)
    with market(in_acme, random, histories.switches(random)) as found:
        rebuild_ledger()
        touched = [customer for customer, _ in random.sample(found, 5)]
        for subscription in Subscription.objects.filter(customer__in=touched):
            make_change(subscription, histories.day(random), **histories.change(random))
        rebuild_ledger([customer.pk for customer in touched])
        incremental = rows(LEDGER), rows(MONTHS)
        with transaction.atomic():
            rows("DELETE FROM churn_movement RETURNING 1")
            rows("DELETE FROM churn_month RETURNING 1")
        rebuild_ledger()
        assert (rows(LEDGER), rows(MONTHS)) == incremental


@pytest.mark.parametrize("group_by", CUSTOMER_GROUPS)
def test_grouping_an_empty_tenant_gives_nothing(in_acme: Tenant, group_by: str) -> None:
    period = Range(histories.FIRST, histories.LAST, histories.LAST)
    assert period_sums(in_acme, period, group_by=group_by) == {}
