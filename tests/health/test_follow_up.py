"""Scores follow the facts: what is touched is scored again, and a new tenant starts with scorecards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.events import record_event
from accounts.jobs import enqueue
from accounts.models import Job, Tenant
from accounts.services.draining import drain
from accounts.tenancy.scope import tenant_scope
from health.models import HealthDay, Scorecard
from health.services.scorecards import ensure_default_scorecards
from health.services.scoring import score_today
from tests.factories.accounts import make_customer, make_subscription
from tests.factories.health import feed, make_scorecard, sum_usage, use

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])


def test_new_tenant_gets_scorecards_once(acme: Tenant) -> None:
    with tenant_scope(acme):
        record_event("tenant.created")
        record_event("tenant.created")
    drain(60)
    with tenant_scope(acme):
        stages = {stage for card in Scorecard.objects.in_use() for stage in card.stages}
        assert Scorecard.objects.count() == 5
    assert stages == {"trial", "onboarding", "adopting", "renewing", "leaving"}


def test_use_contact_and_money_alone_give_a_score(today: date, in_acme: Tenant) -> None:
    ensure_default_scorecards()
    customer = make_customer(signed_up_on=today - timedelta(days=300))
    customer.standing.last_contact_at = in_acme.midnight(today - timedelta(days=3))
    customer.standing.save()
    make_subscription(customer, seats=4)
    for back in range(100):
        use(customer, today - timedelta(days=back), users=3)
    sum_usage(today)
    score_today()
    customer.standing.refresh_from_db()
    assert customer.standing.health_band == "green"


def test_fed_value_scores_its_customer_soon(today: date, acme: Tenant) -> None:
    with tenant_scope(acme):
        make_scorecard()
        customer = make_customer()
        feed(customer, today, logins=90)
    drain(60)
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
    assert customer.standing.health_score == 90


def test_changed_scorecard_scores_everybody_again(today: date, acme: Tenant) -> None:
    with tenant_scope(acme):
        make_scorecard()
        customer = make_customer()
        feed(customer, today, logins=90)
        make_scorecard(
            {
                "groups": [
                    {"key": "g", "weight": 1, "measures": [{"key": "logins", "weight": 1, "red": 0, "green": 180}]}
                ]
            }
        )
    drain(60)
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
    assert customer.standing.health_score == 50


def test_recomputation_closes_open_days_of_the_past(today: date, acme: Tenant) -> None:
    with tenant_scope(acme):
        make_scorecard()
        feed(make_customer(), today - timedelta(days=5), logins=50)
        span = {"from": f"{today - timedelta(days=5)}", "to": f"{today - timedelta(days=2)}"}
        enqueue("health.rebuild", key="r", payload=span)
    drain(60)
    with tenant_scope(acme):
        assert HealthDay.objects.count() == 3
        assert Job.objects.filter(state="dead").count() == 0
