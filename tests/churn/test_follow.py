"""Facts change through the API; the ledger follows by jobs."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from accounts.models import CustomerStanding, Tenant
from accounts.services.draining import drain
from accounts.services.workspace import change_policies
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
PERIOD = "/metrics/revenue?from=2026-03-01&to=2026-04-01"


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


def closing(api: Caller) -> dict[str, Any]:
    drain(30)
    found: dict[str, Any] = api.get(PERIOD)["closing"]
    return {"customers": found["customers"], "mrr": found["mrr"]}


def subscribe(api: Caller, *names: str, **fields: Any) -> None:
    api.bulk("customers", *({"external_id": name, "name": name} for name in names))
    terms = {"currency": "USD", "unit_amount": "100", "started_on": "2026-01-01", **fields}
    answer = api.bulk(
        "subscriptions", *({"external_id": name, "customer": f"external:{name}", **terms} for name in names)
    )
    assert answer["failed"] == 0, answer


def test_new_facts_arrive(acme: Tenant, api: Caller) -> None:
    subscribe(api, "a", "b", plan="team", interval="year")
    assert closing(api) == {"customers": 2, "mrr": "16.66666667"}
    with tenant_scope(acme):
        standing = CustomerStanding.objects.get(customer__external_id="a")
        assert (standing.mrr_cents, standing.plan, f"{standing.first_paid_on}") == (833, "team", "2026-01-01")
        assert f"{standing.renewal_on}" == "2027-01-01"


def test_a_late_change_rewrites_the_past(api: Caller) -> None:
    subscribe(api, "a", "b")
    assert closing(api)["mrr"] == "200.00"
    change = {"external_id": "x", "subscription": "external:a", "effective_on": "2026-02-01", "quantity": 3}
    api.bulk("subscription_changes", change)
    assert closing(api)["mrr"] == "400.00"


def test_deleting_a_customer_takes_its_revenue_along(api: Caller) -> None:
    subscribe(api, "a", "b")
    assert closing(api)["customers"] == 2
    api.delete("/customers/external:a")
    assert closing(api) == {"customers": 1, "mrr": "100.00"}


def test_a_test_account_leaves_the_figures_and_comes_back(api: Caller) -> None:
    subscribe(api, "a", "b")
    assert closing(api)["customers"] == 2
    api.patch("/customers/external:a", {"is_test": True})
    assert closing(api)["customers"] == 1
    assert api.get(PERIOD)["excluded_test_customers"] == 1
    api.patch("/customers/external:a", {"is_test": False})
    assert closing(api)["customers"] == 2


def test_a_rate_that_arrives_later_gives_value(api: Caller) -> None:
    subscribe(api, "a", currency="GBP")
    assert closing(api) == {"customers": 1, "mrr": None}
    api.bulk("fx_rates", {"date": "2026-01-01", "from": "GBP", "to": "USD", "rate": "1.25"})
    assert closing(api) == {"customers": 1, "mrr": "125.00"}


def test_a_policy_change_recounts(acme: Tenant, api: Caller) -> None:
    subscribe(api, "a", status="active", cancelled_at="2026-03-10T12:00:00Z", ended_on="2026-06-01")
    assert closing(api)["customers"] == 1
    with tenant_scope(acme):
        change_policies(acme, {"churn_recognised": "cancellation"})
    assert closing(api)["customers"] == 0


def test_recompute_mends_a_broken_ledger(acme: Tenant, api: Caller) -> None:
    subscribe(api, "a")
    drain(30)
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute("UPDATE churn_movement SET delta = 7, mrr_after = 7")
    api.post("/recompute", {"what": "revenue"})
    assert D(closing(api)["mrr"]) == 100
