"""Hand-worked rows of the decision table (METRICS.md 1.2 and 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_change, make_customer, make_subscription
from tests.factories.churn import kinds_of, lines_of, make_rate, rows

pytestmark = pytest.mark.usefixtures("in_acme")


def test_a_first_subscription_is_new() -> None:
    customer = make_subscription(started_on=date(2026, 3, 10)).customer
    rebuild_ledger()
    assert kinds_of(customer) == [("03-10", "new", D(100))]


def test_a_yearly_price_counts_a_twelfth() -> None:
    customer = make_subscription(unit_amount=D(600), quantity=D(100), interval="year").customer
    rebuild_ledger()
    assert lines_of(customer)[0].mrr == D(5000)


def test_seats_up_and_down_on_one_day_are_no_movement() -> None:
    subscription = make_subscription(quantity=D(10))
    make_change(subscription, date(2026, 2, 3), quantity=D(15))
    make_change(subscription, date(2026, 2, 3), quantity=D(10))
    rebuild_ledger()
    assert kinds_of(subscription.customer) == [("01-01", "new", D(1000))]


def test_changes_carry_forward() -> None:
    subscription = make_subscription(quantity=D(2))
    make_change(subscription, date(2026, 2, 1), quantity=D(3))
    make_change(subscription, date(2026, 3, 1), unit_amount=D(90))
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("02-01", "expansion", D(100)), ("03-01", "contraction", D(-30))]


def test_one_of_two_subscriptions_ending_is_contraction_the_last_is_churn() -> None:
    customer = make_customer()
    make_subscription(customer, ended_on=date(2026, 3, 1))
    make_subscription(customer, unit_amount=D(40), ended_on=date(2026, 5, 1))
    rebuild_ledger()
    assert kinds_of(customer) == [
        ("01-01", "new", D(140)),
        ("03-01", "contraction", D(-100)),
        ("05-01", "churn", D(-40)),
    ]


def test_a_switch_between_plans_on_one_day_is_netted() -> None:
    customer = make_customer()
    make_subscription(customer, plan="team", ended_on=date(2026, 3, 1))
    make_subscription(customer, plan="business", unit_amount=D(150), started_on=date(2026, 3, 1))
    rebuild_ledger()
    assert kinds_of(customer)[1:] == [("03-01", "expansion", D(50))]


def test_a_plan_switch_at_the_same_price_is_a_line_without_money() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 2, 1), plan="business")
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("02-01", "plan", D(0))]


def test_a_return_is_a_reactivation() -> None:
    customer = make_customer()
    make_subscription(customer, ended_on=date(2026, 2, 1))
    make_subscription(customer, started_on=date(2026, 9, 1))
    rebuild_ledger()
    assert [kind for _, kind, _ in kinds_of(customer)] == ["new", "churn", "reactivation"]


def test_a_trial_is_no_movement_until_it_converts() -> None:
    subscription = make_subscription(status="trialing")
    make_change(subscription, date(2026, 1, 15), status="active")
    rebuild_ledger()
    assert kinds_of(subscription.customer) == [("01-15", "new", D(100))]


def test_an_expired_trial_never_appears() -> None:
    customer = make_subscription(status="trialing", ended_on=date(2026, 1, 15)).customer
    rebuild_ledger()
    assert kinds_of(customer) == []


def test_a_pause_becomes_churn_on_its_ninetieth_day() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="paused")
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-01", "pause", D(-100)), ("05-30", "churn", D(0))]


def test_a_pause_within_its_days_resumes() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="paused")
    make_change(subscription, date(2026, 5, 29), status="active")
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-01", "pause", D(-100)), ("05-29", "resume", D(100))]


def test_a_return_after_a_lapsed_pause_is_a_reactivation() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="paused")
    make_change(subscription, date(2026, 6, 1), status="active")
    rebuild_ledger()
    assert [kind for _, kind, _ in kinds_of(subscription.customer)] == ["new", "pause", "churn", "reactivation"]


def test_past_due_stays_until_the_end_of_dunning_and_is_involuntary() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="past_due")
    make_change(subscription, date(2026, 3, 10), quantity=D(2))
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-10", "expansion", D(100)), ("03-31", "churn", D(-200))]
    assert rows("SELECT cause FROM churn_movement WHERE kind = 'churn'") == [("involuntary",)]


def test_paying_within_dunning_changes_nothing() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), status="past_due")
    make_change(subscription, date(2026, 3, 30), status="active")
    rebuild_ledger()
    assert kinds_of(subscription.customer) == [("01-01", "new", D(100))]


def test_a_full_discount_is_churn() -> None:
    subscription = make_subscription()
    make_change(subscription, date(2026, 3, 1), discount_percent=D(100))
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-01", "churn", D(-100))]


def test_a_finite_discount_reduces_and_its_end_is_expansion() -> None:
    subscription = make_subscription(discount_percent=D(25))
    make_change(subscription, date(2026, 4, 1), discount_percent=D(0))
    rebuild_ledger()
    assert kinds_of(subscription.customer) == [("01-01", "new", D(75)), ("04-01", "expansion", D(25))]
    assert rows("SELECT cause FROM churn_movement WHERE kind = 'expansion'") == [("discount",)]


def test_a_rate_change_is_a_line_of_its_own() -> None:
    make_rate(date(2026, 1, 1), "1.10")
    make_rate(date(2026, 2, 1), "1.20")
    subscription = make_subscription(currency="EUR", started_on=date(2026, 1, 5))
    make_change(subscription, date(2026, 2, 1), quantity=D(2))
    rebuild_ledger()
    assert kinds_of(subscription.customer) == [
        ("01-05", "new", D(110)),
        ("02-01", "fx", D(10)),
        ("02-01", "expansion", D(120)),
    ]


def test_a_currency_switch_converts_both_sides_at_the_days_rate() -> None:
    make_rate(date(2026, 1, 1), "1.10")
    subscription = make_subscription(currency="EUR")
    make_change(subscription, date(2026, 3, 1), currency="USD", unit_amount=D(120))
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-01", "expansion", D(10))]


def test_without_a_rate_the_customer_counts_and_the_money_is_unknown() -> None:
    customer = make_subscription(currency="EUR").customer
    make_rate(date(2026, 2, 1), "1.50")
    rebuild_ledger()
    assert rows(
        "SELECT kind, customers, delta, unpriced_before, unpriced_after FROM churn_movement "
        "WHERE customer_id = %(customer)s ORDER BY day",
        customer=customer.pk,
    ) == [("new", 1, D(0), False, True), ("fx", 0, D(150), True, False)]


def test_a_test_account_has_no_lines() -> None:
    customer = make_subscription(make_customer(is_test=True)).customer
    rebuild_ledger()
    assert kinds_of(customer) == []


def test_thirds_add_up_to_the_cent() -> None:
    for _ in range(12):
        make_subscription(unit_amount=D(100), interval="year")
    rebuild_ledger()
    assert rows("SELECT round(sum(delta), 2) FROM churn_movement") == [(D("100.00"),)]


def test_a_cancelled_subscription_stays_to_its_paid_end() -> None:
    when = datetime(2026, 4, 9, 22, 30, tzinfo=UTC)  # the tenth in Warsaw
    customer = make_subscription(
        started_on=date(2026, 1, 31), interval="quarter", status="cancelled", cancelled_at=when
    ).customer
    rebuild_ledger()
    assert [f"{each.day}" for each in lines_of(customer)] == ["2026-01-31", "2026-04-30"]


def test_a_status_that_a_change_repeats_is_the_present_one() -> None:
    subscription = make_subscription(status="paused")
    make_change(subscription, date(2026, 3, 1), status="paused")
    rebuild_ledger()
    assert kinds_of(subscription.customer)[:2] == [("01-01", "new", D(100)), ("03-01", "pause", D(-100))]


def test_a_switch_between_currencies_of_one_rate_is_remembered() -> None:
    for currency in ("EUR", "GBP"):
        make_rate(date(2026, 1, 1), "1.10", currency)
    subscription = make_subscription(currency="EUR")
    make_change(subscription, date(2026, 3, 1), currency="GBP")
    rebuild_ledger()
    assert kinds_of(subscription.customer)[1:] == [("03-01", "plan", D(0))]
    assert rows("SELECT native->>'GBP' FROM churn_movement WHERE kind = 'plan'") == [("100",)]
