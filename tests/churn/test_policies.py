"""Each switch of METRICS.md 0, worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from accounts.models import Tenant
from accounts.policies import Policies
from churn.lifetime import lifetime_value
from churn.periods import Flow, State, Sums
from churn.rates import figures_of
from churn.selectors.revenue import default_period
from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_change, make_customer, make_subscription
from tests.factories.churn import kinds_of


def kinds(tenant: Tenant, customer: object, **switches: object) -> list[str]:
    tenant.policies = switches
    rebuild_ledger()
    return [f"{day} {kind} {delta:+f}" for day, kind, delta in kinds_of(customer)][1:]  # type: ignore[arg-type]


def test_churn_on_the_day_of_cancellation(in_acme: Tenant) -> None:
    cancelled = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the 29th in Warsaw, where the clock is put forward
    customer = make_subscription(cancelled_at=cancelled, ended_on=date(2026, 12, 31)).customer
    assert kinds(in_acme, customer) == ["12-31 churn -100"]
    assert kinds(in_acme, customer, churn_recognised="cancellation") == ["03-29 churn -100"]


def test_past_due_until_cancelled_or_not_at_all(in_acme: Tenant) -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="past_due")
    assert kinds(in_acme, subscription.customer, past_due_days=None) == []
    assert kinds(in_acme, subscription.customer, past_due_days=0) == ["03-01 churn -100"]
    assert kinds(in_acme, subscription.customer, past_due_days=14) == ["03-15 churn -100"]


def test_a_pause_keeps_its_mrr_or_is_churn(in_acme: Tenant) -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="paused")
    make_change(subscription, date(2026, 4, 1), status="active")
    customer = subscription.customer
    assert kinds(in_acme, customer, pause="keeps_mrr") == []
    assert kinds(in_acme, customer, pause="churn") == ["03-01 churn -100", "04-01 reactivation +100"]
    assert kinds(in_acme, customer, pause_max_days=10) == [
        "03-01 pause -100",
        "03-11 churn +0",
        "04-01 reactivation +100",
    ]


def test_a_discount_that_ends_may_be_ignored(in_acme: Tenant) -> None:
    subscription = make_subscription(discount_percent=D(40))
    make_change(subscription, date(2026, 3, 1), discount_percent=D(10))
    assert kinds(in_acme, subscription.customer) == ["03-01 expansion +30"]
    assert kinds(in_acme, subscription.customer, finite_discounts="ignore") == []


def test_a_free_customer_may_stay(in_acme: Tenant) -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), unit_amount=D(0))
    make_change(subscription, date(2026, 4, 1), unit_amount=D(20))
    customer = subscription.customer
    assert kinds(in_acme, customer) == ["03-01 churn -100", "04-01 reactivation +20"]
    assert kinds(in_acme, customer, free_plan="stays") == ["03-01 contraction -100", "04-01 expansion +20"]


def test_a_return_after_the_window_is_new(in_acme: Tenant) -> None:
    customer = make_customer()
    make_subscription(customer, ended_on=date(2026, 2, 1))
    make_subscription(customer, started_on=date(2026, 5, 2))
    assert kinds(in_acme, customer, reactivation_window_days=90)[1:] == ["05-02 reactivation +100"]
    assert kinds(in_acme, customer, reactivation_window_days=89)[1:] == ["05-02 new +100"]


SUMS = Sums(
    State(10, D(1000)),
    State(9, D(900)),
    {"new": Flow(D(100), 2), "reactivation": Flow(D(50), 1), "churn": Flow(D(-250), 4)},
    lost=3,
    won=1,
    returned=1,
    base_losses=D(200),
    intra_losses=D(50),
    intra_customers=1,
)


def test_newcomers_that_left_may_count_in_the_churn_rates() -> None:
    assert figures_of(SUMS, Policies())["gross_mrr_churn_rate"] == D("0.2")
    assert figures_of(SUMS, Policies(intra_period_churn="included"))["gross_mrr_churn_rate"] == D("0.25")


def test_reactivation_as_a_gain() -> None:
    assert figures_of(SUMS, Policies())["net_mrr_churn_rate"] == D("0.2")
    assert figures_of(SUMS, Policies(net_churn_counts_reactivation=True))["net_mrr_churn_rate"] == D("0.15")
    assert figures_of(SUMS, Policies())["quick_ratio"] == D("0.6")
    assert figures_of(SUMS, Policies(quick_ratio_counts_reactivation=False))["quick_ratio"] == D("0.4")


@pytest.mark.django_db
def test_the_usual_span_is_thirty_days_or_a_month(acme: Tenant) -> None:
    assert default_period(acme, date(2024, 3, 1)) == (date(2024, 2, 1), date(2024, 3, 2))
    acme.policies = {"net_change_period": "month"}
    assert default_period(acme, date(2024, 2, 29)) == (date(2024, 2, 1), date(2024, 3, 1))


def test_lifetime_value_by_logo_or_by_revenue_with_margin() -> None:
    months = [Sums(State(100, D(1000)), lost=2, base_losses=D(10))] * 12
    plain = lifetime_value(D(10), months, Policies())
    assert (plain.value, plain.basis, plain.method) == (D(500), "revenue", "logo")
    policies = Policies(ltv_churn="gross_mrr", gross_margin_percent=D(80))
    margin = lifetime_value(D(10), months, policies)
    assert (margin.value, margin.basis) == (D(800), "gross_profit")


def test_few_churn_events_are_not_divided_by() -> None:
    quiet = lifetime_value(D(10), [Sums(State(100, D(1000)))] * 12, Policies())
    assert (quiet.method, quiet.value) == ("wilson_upper_bound", D(600))  # sixty months at most
    some = lifetime_value(D(10), [Sums(State(10, D(100)), lost=1)] * 9, Policies())
    assert some.churn is not None and some.value is not None
    assert round(some.churn, 4) == D("0.1792") and round(some.value, 2) == D("55.79")
