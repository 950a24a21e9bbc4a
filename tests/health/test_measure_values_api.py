"""Integrations feed values of measures, in bulk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer
from tests.factories.api import Caller, make_caller


@pytest.fixture
def api(acme: Tenant, today: date) -> Caller:
    return make_caller(acme)


@pytest.fixture
def customer(acme: Tenant, today: date) -> Customer:
    with tenant_scope(acme):
        return make_customer(external_id="c1")


def value(**fields: Any) -> dict[str, Any]:
    defaults = {"customer": "external:c1", "measure": "nps", "value": 30, "observed_at": "2026-06-01T08:00:00Z"}
    return {**defaults, **fields}


def stored(acme: Tenant) -> list[Any]:
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute("SELECT value FROM health_measure_value ORDER BY recorded_at, observed_at")
        return [row[0] for row in cursor.fetchall()]


def test_good_rows_land_and_bad_ones_say_why(api: Caller, acme: Tenant, customer: Customer) -> None:
    body = api.bulk(
        "measure_values", value(), value(customer="external:nobody"), value(value="many"), value(measure="a b")
    )
    assert [row["status"] for row in body["results"]] == ["created", "failed", "failed", "failed"]
    assert [row["errors"][0]["pointer"] for row in body["results"][1:]] == [
        "/data/1/customer",
        "/data/2/value",
        "/data/3/measure",
    ]
    assert stored(acme) == [30]


def test_repetition_is_no_news(api: Caller, acme: Tenant, customer: Customer) -> None:
    api.bulk("measure_values", value())
    assert api.bulk("measure_values", value())["unchanged"] == 1
    assert stored(acme) == [30]


def test_correction_is_kept_beside_the_first_word(api: Caller, acme: Tenant, customer: Customer) -> None:
    api.bulk("measure_values", value(recorded_at="2026-06-01T08:00:00Z"))
    assert api.bulk("measure_values", value(value=40))["created"] == 1
    assert stored(acme) == [30, 40]


def test_future_and_overflow_are_refused(api: Caller, acme: Tenant, customer: Customer) -> None:
    body = api.bulk("measure_values", value(observed_at="2026-07-01T00:00:00Z"), value(value=10**13))
    assert body["failed"] == 2
    assert stored(acme) == []


def test_other_tenants_customer_is_unknown(stranger: Caller, acme: Tenant, customer: Customer) -> None:
    assert stranger.bulk("measure_values", value(customer=str(customer.pk)))["failed"] == 1
    assert stored(acme) == []
