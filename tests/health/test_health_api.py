"""The receipt, the override, the risk and the list, over the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from health.services.scoring import close_day
from tests.factories.accounts import make_customer
from tests.factories.api import Caller, make_caller
from tests.factories.health import feed, make_scorecard

TWO_GROUPS = {
    "groups": [
        {
            "key": "usage",
            "weight": 3,
            "measures": [
                {"key": "logins", "weight": 1, "red": 0, "green": 100},
                {"key": "seats", "weight": 2, "red": 0, "green": 10, "fresh_days": 2, "expire_days": 12},
            ],
        },
        {"key": "outcomes", "weight": 1, "measures": [{"key": "nps", "weight": 1, "red": -100, "green": 100}]},
    ],
    "caps": [{"key": "arrears", "measure": "overdue", "above": 30, "limit": 40}],
}


@pytest.fixture
def api(acme: Tenant, today: date) -> Caller:
    return make_caller(acme)


@pytest.fixture
def customer(acme: Tenant, today: date) -> Customer:
    with tenant_scope(acme):
        make_scorecard(TWO_GROUPS)
        customer = make_customer(external_id="c1")
        feed(customer, today, logins=50, nps=0)
        feed(customer, today - timedelta(days=7), seats=10)
    return customer


def test_receipt_explains_every_part(api: Caller, customer: Customer) -> None:
    body = api.get("/customers/external:c1/health")
    seats = next(m for m in body["measures"] if m["key"] == "seats")
    # usage: (1 x 50 + 2 x 0.5 x 100) / 2 = 75; score: (3 x 75 + 1 x 50) / 4
    assert (body["score"], body["raw_score"], body["band"]) == (69, "68.750000", "yellow")
    assert (seats["age_days"], seats["freshness"], seats["sub_score"]) == (7, "0.500000", "100.000000")
    assert body["coverage"] == "0.7500"
    assert body["verified"] is True and body["validated"] is False


def test_contributions_sum_to_the_distance_from_the_reference(api: Caller, customer: Customer) -> None:
    body = api.get("/customers/external:c1/health")
    parts = [Decimal(m["contribution"]) for m in body["measures"] if m["contribution"]]
    assert sum(parts) == Decimal(body["raw_score"]) - Decimal(body["reference"]["score"])


def test_cap_lowers_the_score_and_keeps_the_raw_one(api: Caller, acme: Tenant, customer: Customer, today: date) -> None:
    with tenant_scope(acme):
        feed(customer, today, overdue=31)
    body = api.get("/customers/external:c1/health")
    assert (body["score"], body["raw_score"]) == (40, "68.750000")
    assert body["caps"][0]["applied"] is True


def test_past_day_is_told_from_its_snapshot(api: Caller, acme: Tenant, customer: Customer, today: date) -> None:
    yesterday = today - timedelta(days=1)
    with tenant_scope(acme):
        feed(customer, yesterday, logins=20)
        close_day(yesterday)
    before = api.get(f"/customers/external:c1/health?as_of={yesterday}")
    late = {"customer": "external:c1", "measure": "logins", "value": 99, "observed_at": f"{yesterday}T12:00:01+02:00"}
    api.bulk("measure_values", late)
    after = api.get(f"/customers/external:c1/health?as_of={yesterday}")
    assert after == before
    assert before["provisional"] is False and before["verified"] is True


def test_late_fact_does_not_change_an_open_past_day(api: Caller, acme: Tenant, customer: Customer, today: date) -> None:
    with tenant_scope(acme):
        Tenant.objects.filter(pk=acme.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    yesterday = today - timedelta(days=1)
    before = api.get(f"/customers/external:c1/health?as_of={yesterday}")
    api.bulk(
        "measure_values", {"customer": "external:c1", "measure": "logins", "value": 9, "observed_at": f"{yesterday}"}
    )
    assert api.get(f"/customers/external:c1/health?as_of={yesterday}") == before


def test_imported_history_is_told_from_its_observations(api: Caller, customer: Customer) -> None:
    api.bulk(
        "measure_values", {"customer": "external:c1", "measure": "logins", "value": 30, "observed_at": "2026-03-01"}
    )
    body = api.get("/customers/external:c1/health?as_of=2026-03-01")
    assert body["groups"][0]["score"] == "30.000000"


def test_future_is_refused(api: Caller, customer: Customer) -> None:
    api.get("/customers/external:c1/health?as_of=2026-06-16")
    assert api.status == 400


def test_missing_customer_is_404(api: Caller, customer: Customer) -> None:
    for path in ("health", "health/override", "risk"):
        api.get(f"/customers/external:nobody/{path}")
        assert api.status == 404


def test_stranger_sees_nothing(stranger: Caller, customer: Customer) -> None:
    stranger.get(f"/customers/{customer.pk}/health")
    assert stranger.status == 404
    assert stranger.get("/health-scores")["data"] == []


def test_override_shows_and_ends(api: Caller, customer: Customer) -> None:
    judgement = {"score": 20, "reason": "Their sponsor told me they are leaving", "expires_on": "2026-07-15"}
    api.call("PUT", "/customers/external:c1/health/override", judgement)
    body = api.get("/customers/external:c1/health")
    assert (body["score"], body["band"], body["raw_score"]) == (20, "red", "68.750000")
    assert body["override"]["author"].startswith("Integration")
    api.delete("/customers/external:c1/health/override")
    assert api.get("/customers/external:c1/health")["score"] == 69


@pytest.mark.parametrize(
    ("field", "value"),
    [("reason", " "), ("expires_on", "2026-12-31"), ("expires_on", "2026-06-14"), ("score", 101), ("score", None)],
)
def test_override_needs_reason_and_end(api: Caller, customer: Customer, field: str, value: object) -> None:
    judgement = {"score": 20, "reason": "Because", "expires_on": "2026-07-15", field: value}
    api.call("PUT", "/customers/external:c1/health/override", judgement)
    assert api.status == 422 and f"/{field}" in api.codes()
    assert api.get("/customers/external:c1/health")["override"] is None


def test_risk_claims_no_probability(api: Caller, customer: Customer) -> None:
    body = api.get("/customers/external:c1/risk")
    assert (body["probability"], body["reason"], body["validated"]) == (None, "not_validated", False)
    assert body["index"] == 31


def test_scores_of_all_customers(api: Caller, acme: Tenant, customer: Customer) -> None:
    with tenant_scope(acme):
        make_customer(external_id="c2")
    body = api.get("/health-scores?limit=1")
    assert [row["score"] for row in body["data"]] == [69]
    body = api.get(f"/health-scores?limit=1&cursor={body['next_cursor']}")
    assert [(row["external_id"], row["score"], row["band"]) for row in body["data"]] == [("c2", None, "unknown")]
