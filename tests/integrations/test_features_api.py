from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Customer, Tenant
from accounts.services.draining import drain
from accounts.tenancy.scope import tenant_scope
from health.usage import reader, running
from tests.factories.api import Caller
from tests.factories.events import make_event, post, settle


def sums(tenant: Tenant, as_of: date = date(2026, 11, 20)) -> dict[str, Any]:
    with tenant_scope(tenant):
        customer = Customer.objects.get(external_id="acme-1")
        running.refresh([customer.pk], as_of=as_of)
        return reader.running(customer.pk) or {}


def test_event_called_like_a_feature_shows_its_use(acme: Tenant, key: str, api: Caller) -> None:
    api.post("/features", {"key": "report_exported", "name": "Reports", "kind": "sticky"})
    post(key, make_event(), make_event(event="Unknown Thing"))
    settle(acme)
    assert [sums(acme)[name] for name in ("features_28", "sticky_features_28", "basic_features_28")] == [1, 1, 0]


@pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
def test_feature_made_later_finds_its_events(acme: Tenant, key: str, api: Caller) -> None:
    post(key, make_event(), make_event(event="Unknown Thing"))
    settle(acme)
    assert sums(acme)["features_28"] == 2  # without features every action is one
    rows = [{"key": "reports", "name": "Reports", "kind": "basic", "events": ["Report Exported", "Unknown Thing"]}]
    answer = api.post("/features/bulk", {"data": rows})
    drain(30)
    assert (answer["created"], sums(acme)["features_28"], sums(acme)["basic_features_28"]) == (1, 1, 1)


def test_log_in_is_no_action(acme: Tenant, key: str) -> None:
    post(key, make_event(event="Signed In"), make_event(event="Signed In", userId="u2"), make_event())
    settle(acme)
    found = sums(acme)
    assert (found["logins_28"], found["actions_28"], found["active_users_28"], found["login_users_28"]) == (2, 1, 1, 2)
