"""Scorecards are edited in the browser, previewed on real customers, and published as versions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from health.models import Scorecard, ScorecardVersion
from health.services.scoring import score_today
from tests.factories.accounts import make_customer
from tests.factories.health import feed, make_scorecard
from tests.health.test_health_pages import log_in

FORM = {
    "name": "Mine",
    "b-yellow": "50",
    "b-green": "75",
    "g0-key": "usage",
    "g0-weight": "1",
    "g0-m0-key": "logins",
    "g0-m0-weight": "1",
    "g0-m0-red": "0",
    "g0-m0-mid": "",
    "g0-m0-green": "100",
    "g0-m0-fresh_days": "",
    "g0-m0-expire_days": "",
    "g0-m1-key": "",
    "g1-key": "",
    "g1-weight": "",
    "c0-measure": "",
}


@pytest.fixture
def card(acme: Tenant, today: date) -> Scorecard:
    with tenant_scope(acme):
        card = make_scorecard(name="Mine")
        feed(make_customer(name="Northwind"), today, logins=60)
        score_today()
    return card


@pytest.fixture
def admin(acme: Tenant, card: Scorecard) -> Client:
    return log_in(acme, "admin")


def newest(acme: Tenant) -> ScorecardVersion:
    with tenant_scope(acme):
        return ScorecardVersion.objects.order_by("-number").first()


def test_form_shows_what_holds(admin: Client, card: Scorecard) -> None:
    text = admin.get(f"/acme/settings/scorecards/{card.pk}/").content.decode()
    assert 'name="g0-m0-green" inputmode="decimal" aria-label="Green at" value="100"' in text


def test_unchanged_form_publishes_nothing(admin: Client, acme: Tenant, card: Scorecard) -> None:
    assert admin.post(f"/acme/settings/scorecards/{card.pk}/", FORM).status_code == 302
    assert newest(acme).number == 1


def test_change_is_a_new_version_with_its_difference(admin: Client, acme: Tenant, card: Scorecard) -> None:
    admin.post(f"/acme/settings/scorecards/{card.pk}/", {**FORM, "g0-m0-green": "80,5", "note": "Too strict"})
    assert newest(acme).document["groups"][0]["measures"][0]["green"] == "80.5"
    text = admin.get(f"/acme/settings/scorecards/{card.pk}/history/").content.decode()
    assert "Too strict" in text and "80.5" in text
    admin.post(f"/acme/settings/scorecards/{card.pk}/versions/1/")
    assert newest(acme).document["groups"][0]["measures"][0]["green"] == "100"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"g0-m0-green": "0"},
        {"g0-m0-weight": "x"},
        {"b-green": "10"},
        {"g0-m0-expire_days": "-1"},
        {"c0-measure": "logins", "c0-limit": "200", "c0-above": "1"},
        {"stages": ["nowhere"]},
        {"g0-key": "a b"},
        {"name": "\x00"},
    ],
)
def test_fault_is_shown_and_nothing_published(admin: Client, acme: Tenant, card: Scorecard, wrong: Any) -> None:
    answer = admin.post(f"/acme/settings/scorecards/{card.pk}/", {**FORM, **wrong})
    assert answer.status_code == 422 and "alert-danger" in answer.content.decode()
    assert newest(acme).number == 1


def test_preview_shows_the_change_and_saves_nothing(
    admin: Client, acme: Tenant, card: Scorecard, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        answer = admin.post("/acme/settings/scorecards/preview/", {**FORM, "card": str(card.pk), "g0-m0-green": "200"})
    text = answer.content.decode()
    assert "1 of 1 customers changes its band" in text and "Northwind" in text
    assert newest(acme).number == 1


def test_new_scorecard_takes_its_stage(admin: Client, acme: Tenant, card: Scorecard) -> None:
    admin.get("/acme/settings/scorecards/new/")
    admin.post("/acme/settings/scorecards/new/", {**FORM, "name": "Renewals", "stages": ["renewing"]})
    with tenant_scope(acme):
        assert Scorecard.objects.in_use().first().name == "Renewals"


def test_retired_scorecard_can_come_back(admin: Client, acme: Tenant, card: Scorecard) -> None:
    admin.post(f"/acme/settings/scorecards/{card.pk}/retire/")
    assert "No scorecard yet" in admin.get("/acme/settings/scorecards/").content.decode()
    admin.post(f"/acme/settings/scorecards/{card.pk}/restore/")
    assert "Mine" in admin.get("/acme/settings/scorecards/").content.decode()


def test_weak_role_may_not_edit(acme: Tenant, card: Scorecard) -> None:
    assert log_in(acme).post(f"/acme/settings/scorecards/{card.pk}/", FORM).status_code == 403
