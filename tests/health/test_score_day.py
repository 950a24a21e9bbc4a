"""A day is scored in one statement, from what was on record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.models import Tenant
from health.services.scoring import close_day, score_day, score_today
from tests.factories.accounts import make_customer
from tests.factories.health import feed, make_scorecard


def stored(day: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT score, band, raw, coverage, reason FROM health_snapshot WHERE day = %s", [day])
        return cursor.fetchall()


def test_value_between_anchors_is_interpolated(today: date, in_acme: Tenant) -> None:
    make_scorecard()
    feed(make_customer(), today, logins=62.5)
    assert score_day(today) == 1
    assert stored(today) == [(63, "yellow", 62_500_000, 10_000, "")]


def test_missing_value_is_unknown_and_not_zero(today: date, in_acme: Tenant) -> None:
    make_scorecard()
    make_customer()
    score_day(today)
    assert stored(today) == [(None, "unknown", None, 0, "coverage")]


def test_second_run_changes_nothing(today: date, in_acme: Tenant) -> None:
    make_scorecard()
    feed(make_customer(), today, logins=40)
    score_day(today)
    assert score_day(today) == 0


def test_lists_show_the_score(today: date, in_acme: Tenant) -> None:
    make_scorecard()
    customer = make_customer()
    feed(customer, today, logins=40)
    score_today()
    customer.standing.refresh_from_db()
    assert (customer.standing.health_score, customer.standing.health_band) == (40, "red")
    assert customer.standing.risk == 60


def test_closed_day_keeps_its_scores(today: date, in_acme: Tenant) -> None:
    make_scorecard()
    customer = make_customer()
    yesterday = today - timedelta(days=1)
    feed(customer, yesterday, logins=40)
    assert close_day(yesterday) == 1
    feed(customer, yesterday - timedelta(days=0), logins=90)
    assert score_day(yesterday) == 0
    assert stored(yesterday)[0][0] == 40
