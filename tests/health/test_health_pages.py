"""The Health page, the panel of a customer, and overrides by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from health.models import HealthOverride
from health.services.scoring import close_day, score_today
from tests.factories.accounts import make_customer, make_membership, make_user
from tests.factories.health import feed, make_scorecard


@pytest.fixture
def customer(acme: Tenant, today: date) -> Customer:
    with tenant_scope(acme):
        make_scorecard()
        customer = make_customer(name="Northwind", standing={"mrr_cents": 10_000})
        for back, value in ((28, 90), (7, 80), (1, 60), (0, 40)):
            feed(customer, today - timedelta(days=back), logins=value)
        for back in (28, 7, 1):
            close_day(today - timedelta(days=back), newest=back == 1)
        score_today()
    return customer


def log_in(acme: Tenant, role: str = "csm") -> Client:
    user = make_user()
    with tenant_scope(acme):
        make_membership(user, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_page_shows_bands_and_who_moved_why(acme: Tenant, customer: Customer) -> None:
    text = log_in(acme).get("/acme/health/").content.decode()
    assert "Northwind" in text and "unvalidated" in text
    assert "Logins -40" in text


def test_filters_of_any_value_are_harmless(acme: Tenant, customer: Customer) -> None:
    client = log_in(acme)
    for query in ("stage=x", "csm=%00", "segment=1", "days=99999999999", "csm=me", "csm=none", "stage=established"):
        assert client.get(f"/acme/health/?{query}").status_code == 200


def test_queries_do_not_grow_with_customers(
    acme: Tenant, customer: Customer, django_assert_max_num_queries: Any
) -> None:
    client = log_in(acme)
    with tenant_scope(acme):
        for _ in range(20):
            feed(make_customer(), date(2026, 6, 15), logins=70)
        score_today()
    with django_assert_max_num_queries(28):
        client.get("/acme/health/")


def test_panel_is_the_receipt(acme: Tenant, customer: Customer, django_assert_max_num_queries: Any) -> None:
    client = log_in(acme)
    with django_assert_max_num_queries(36):
        text = client.get(f"/acme/customers/{customer.pk}/health/?days=7", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in text
    assert "80 → 40" in text.replace('<span class="pn-num">', "").replace("</span>", "")
    assert "the same to the last digit" in text


def test_panel_of_a_leaver_keeps_its_place(acme: Tenant, customer: Customer) -> None:
    with tenant_scope(acme):
        Customer.objects.update(stage="churned")
    answer = log_in(acme).get(f"/acme/customers/{customer.pk}/health/")
    assert answer.status_code == 200 and "has left" in answer.content.decode()


def judge(client: Client, customer: Customer, **fields: Any) -> Any:
    data = {"score": 20, "reason": "They told me", "expires_on": "2026-07-01", **fields}
    return client.post(f"/acme/customers/{customer.pk}/health/override/", data)


def test_override_shows_at_once_and_can_be_undone(acme: Tenant, customer: Customer) -> None:
    client = log_in(acme)
    assert judge(client, customer).status_code == 302
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
        assert customer.standing.health_score == 20
    client.post(f"/acme/customers/{customer.pk}/health/override/end/")
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
        ended = HealthOverride.objects.get()
    assert customer.standing.health_score == 40
    client.post(f"/acme/health/overrides/{ended.pk}/restore/")
    with tenant_scope(acme):
        customer.standing.refresh_from_db()
    assert customer.standing.health_score == 20


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"score": 101}, {"expires_on": "2027-01-01"}, {"expires_on": "x"}])
def test_judgement_without_reason_or_end_is_refused(acme: Tenant, customer: Customer, wrong: dict[str, Any]) -> None:
    assert judge(log_in(acme), customer, **wrong).status_code == 422
    with tenant_scope(acme):
        assert not HealthOverride.objects.exists()


def test_weak_role_may_not_judge(acme: Tenant, customer: Customer) -> None:
    assert judge(log_in(acme, "viewer"), customer).status_code == 403


def test_stranger_finds_nothing(acme: Tenant, globex: Tenant, customer: Customer) -> None:
    client = log_in(globex)
    assert client.get(f"/globex/customers/{customer.pk}/health/").status_code == 404
    assert client.get("/acme/health/").status_code == 404
