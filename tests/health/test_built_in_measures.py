"""What the product measures itself; what nobody told is missing, never 0."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.models import Customer, CustomerStanding, Tenant
from health.arithmetic import MISSING, UNIT
from health.models import EventType, Feature
from health.run import make_card, prepare
from health.services.scorecards import create_scorecard, read_document
from health.sources.registry import measures
from tests.factories.accounts import make_change, make_contact, make_customer, make_subscription
from tests.factories.health import sum_usage, use

ALL = {"groups": [{"key": "all", "weight": 1, "measures": [{"key": key, "weight": 1} for key in measures]}]}


def measured(customer: Customer, day: date, *, sums_are_of_day: bool = False) -> dict[str, Decimal]:
    version = create_scorecard(name="All", stages=[], definition=read_document(ALL)).versions.get()
    run = prepare(day, customers=[customer.pk], cards=[make_card(version)], sums_are_of_day=sums_are_of_day)
    row = run.rows()[0]
    found = zip(version.definition.inputs, row["x"], row["age"], strict=True)
    return {key: Decimal(value) / UNIT for key, value, age in found if age != MISSING}


def test_stranger_to_all_data_has_no_measure(today: date, in_acme: Tenant) -> None:
    assert measured(make_customer(), today) == {}


def test_arrears_count_from_the_change_to_past_due(today: date, in_acme: Tenant) -> None:
    customer = make_customer()
    subscription = make_subscription(customer, seats=10)
    make_change(subscription, today - timedelta(days=40), status="past_due")
    found = measured(customer, today)
    assert (found["days_past_due"], found["paid_seats"], found["cancellation_scheduled"]) == (40, 10, 0)
    assert measured(customer, today - timedelta(days=41))["days_past_due"] == 0


def test_end_is_scheduled_once_every_subscription_is_cancelled(today: date, in_acme: Tenant) -> None:
    customer = make_customer()
    make_subscription(customer, cancelled_at=datetime(2026, 6, 1, tzinfo=UTC), ended_on=today + timedelta(days=30))
    assert measured(customer, today)["cancellation_scheduled"] == 1
    make_subscription(customer)
    assert measured(customer, today)["cancellation_scheduled"] == 0


def test_champion_who_bounces_has_left(today: date, in_acme: Tenant) -> None:
    customer = make_customer()
    make_contact(customer, is_champion=True, mail_state="suppressed")
    found = measured(customer, today)
    assert (found["champions"], found["champion_left"]) == (0, 1)


def test_contact_is_counted_in_local_days(today: date, in_acme: Tenant) -> None:
    customer = make_customer()
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)  # 2 June in Warsaw
    CustomerStanding.objects.filter(customer=customer).update(last_contact_at=late)
    assert measured(customer, today)["days_since_contact"] == 13


def test_usage_is_the_same_from_running_sums_and_worked_out(today: date, in_acme: Tenant) -> None:
    yesterday = today - timedelta(days=1)
    customer = make_customer(signed_up_on=today - timedelta(days=200))
    make_subscription(customer, seats=4)
    feature = Feature.objects.create(key="reports", name="Reports", kind="sticky")
    EventType.objects.create(event="Report made", slug="report_made", feature=feature)
    for back in range(0, 150, 3):
        use(customer, yesterday - timedelta(days=back), users=1 + back % 2, count=2)
    sum_usage(yesterday)
    stored = measured(customer, yesterday, sums_are_of_day=True)
    assert stored == measured(customer, yesterday)
    assert (stored["active_seats"], stored["sticky_features"], stored["active_days"]) == (50, 100, 10)


def test_silent_customer_is_at_zero_while_others_are_heard(today: date, in_acme: Tenant) -> None:
    silent = make_customer(signed_up_on=today - timedelta(days=100))
    make_subscription(silent, seats=4)
    use(make_customer(), today)
    sum_usage(today)
    assert measured(silent, today)["active_seats"] == 0


def test_silent_telemetry_ages_every_value(today: date, in_acme: Tenant) -> None:
    customer = make_customer()
    use(customer, today - timedelta(days=9))
    sum_usage(today)
    version = create_scorecard(name="All", stages=[], definition=read_document(ALL)).versions.get()
    row = prepare(today, customers=[customer.pk], cards=[make_card(version)]).rows()[0]
    assert row["age"][version.definition.inputs.index("active_days")] == 9
