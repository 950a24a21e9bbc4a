"""Nights close days; falls raise alerts; every stored day can be computed again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from accounts.models import Customer, DomainEvent, Tenant
from health.models import HealthAlert, HealthDay, HealthReference
from health.selectors.scores import explained_score
from health.services.scoring import close_day
from health.tasks import score_night
from tests.factories.accounts import make_customer
from tests.factories.health import feed, make_scorecard

FIRST = date(2026, 5, 1)


def live_through(customer: Customer, scores: list[int]) -> date:
    """A day per score: the value is fed and the day is closed the night after."""
    for offset, score in enumerate(scores):
        day = FIRST + timedelta(days=offset)
        feed(customer, day, logins=score)
        with time_machine.travel(f"{day + timedelta(days=1)}T00:30:00+00:00", tick=False):
            close_day(day)
    return FIRST + timedelta(days=len(scores) - 1)


@pytest.fixture
def customer(in_acme: Tenant) -> Customer:
    make_scorecard()
    return make_customer()


def alerts(kind: str) -> list[Any]:
    return list(HealthAlert.objects.filter(kind=kind).order_by("day"))


def test_band_falls_on_the_second_day_below(customer: Customer) -> None:
    last = live_through(customer, [80, 72, 72])
    alert = alerts("band")[0]
    assert (alert.day, alert.band_before, alert.band) == (last, "green", "yellow")
    payload = DomainEvent.objects.get(kind="health.alerted").payload
    assert (payload["customer_id"], payload["band"], payload["after"]) == (str(customer.pk), "yellow", 72)


def test_wobble_at_the_border_raises_nothing(customer: Customer) -> None:
    live_through(customer, [76, 74, 74, 76, 72, 76])
    assert alerts("band") == []


def test_one_bad_day_raises_nothing(customer: Customer) -> None:
    live_through(customer, [80, 40, 80, 80])
    assert alerts("band") == []


def test_drop_in_28_days_is_raised_once(customer: Customer) -> None:
    live_through(customer, [90] * 28 + [75, 74, 73])
    assert [(alert.day - FIRST).days for alert in alerts("drop")] == [28]


def test_every_stored_day_computes_to_the_same_bytes(customer: Customer) -> None:
    last = live_through(customer, [90, 40, 77, 12] * 8)
    for back in range(32):
        score = explained_score(customer.pk, last - timedelta(days=back))
        assert score is not None and score.receipt.verified


def test_tampering_shows(customer: Customer, in_acme: Tenant) -> None:
    day = live_through(customer, [50])
    HealthDay.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE health_snapshot SET score = 99")
    HealthDay.objects.create(day=day, customers=1)
    score = explained_score(customer.pk, day)
    assert score is not None and not score.receipt.verified


def test_closed_day_refuses_changes(customer: Customer) -> None:
    live_through(customer, [50])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE health_snapshot SET score = 99")


def test_running_day_cannot_close(customer: Customer, today: date) -> None:
    with pytest.raises(ValueError, match="ended"):
        close_day(today)


def test_night_closes_what_was_missed(customer: Customer, today: date) -> None:
    HealthDay.objects.create(day=today - timedelta(days=4), customers=0)
    feed(customer, today - timedelta(days=4), logins=50)
    score_night(None)  # type: ignore[arg-type]
    assert list(HealthDay.objects.order_by("-day").values_list("customers", flat=True)) == [1, 1, 1, 0]


def test_deleted_customer_leaves_no_snapshot(customer: Customer) -> None:
    live_through(customer, [50, 60])
    customer.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM health_snapshot")
        assert cursor.fetchone() == (0,)


def test_references_stand_for_a_week(customer: Customer) -> None:
    make_scorecard(name="For nobody", stages=["leaving"])
    live_through(customer, [50] * 8)
    days = HealthReference.objects.order_by("version", "day").values_list("day", "customers")
    week_later = FIRST + timedelta(days=7)
    assert sorted(days) == [(FIRST, 0), (FIRST, 1), (week_later, 0), (week_later, 1)]
