from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_change, make_subscription
from tests.factories.api import Caller, make_caller
from tests.factories.churn import make_rate


@pytest.fixture
def api(acme: Tenant) -> Caller:
    """January 2026: one stays, one doubles in March, one leaves in February; February: one halves in March."""
    with tenant_scope(acme):
        make_subscription(started_on=date(2026, 1, 5))
        doubles = make_subscription(started_on=date(2026, 1, 31))
        make_change(doubles, date(2026, 3, 1), quantity=D(2))
        make_subscription(started_on=date(2026, 1, 9), ended_on=date(2026, 2, 28))
        halves = make_subscription(started_on=date(2026, 2, 1))
        make_change(halves, date(2026, 3, 31), quantity=D("0.5"))
        rebuild_ledger()
    return make_caller(acme)


def cells(api: Caller, measure: str, query: str = "as_of=2026-04-15") -> list[list[str | None]]:
    answer: dict[str, Any] = api.get(f"/metrics/cohorts?measure={measure}&{query}")
    return [[each and each[:5] for each in row["cells"]] for row in answer["cohorts"]]


def test_logos(api: Caller) -> None:
    assert cells(api, "logo") == [["1.000", "0.666", "0.666"], ["1.000", "1.000", None]]


def test_net_revenue_grows_and_gross_does_not(api: Caller) -> None:
    assert cells(api, "nrr") == [["1.000", "0.666", "1.000"], ["1.000", "0.500", None]]
    assert cells(api, "grr") == [["1.000", "0.666", "0.666"], ["1.000", "0.500", None]]


def test_averages_are_weighted_by_size(api: Caller) -> None:
    averages = api.get("/metrics/cohorts?measure=logo&as_of=2026-04-15")["averages"]
    assert [round(D(each), 4) for each in averages] == [1, D("0.75"), D("0.6667")]


def test_nothing_is_said_of_a_month_that_is_not_over(api: Caller) -> None:
    assert cells(api, "logo", "as_of=2026-03-31") == [["1.000", "0.666"], ["1.000", None]]


def test_exchange_rates_leave_cohorts_alone(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_rate(date(2026, 1, 1), "1.1")
        make_rate(date(2026, 2, 10), "1.9")
        make_subscription(currency="EUR")
        rebuild_ledger()
    assert cells(make_caller(acme), "nrr", "as_of=2026-04-01") == [["1.000", "1.000", "1.000"]]


def test_a_measure_that_is_none_is_refused(api: Caller) -> None:
    api.get("/metrics/cohorts?measure=churn")
    assert (api.status, list(api.codes())) == (400, ["?measure"])
