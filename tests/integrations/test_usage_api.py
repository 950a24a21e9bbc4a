from __future__ import annotations

import pytest

from accounts.models import Tenant
from accounts.services.draining import drain
from tests.factories.api import Caller
from tests.factories.events import make_event, post, settle

USAGE = "/customers/external:acme-1/usage"


def test_usage_by_local_day(acme: Tenant, key: str, api: Caller) -> None:
    """23:30 UTC is the next day in Warsaw."""
    post(key, make_event(timestamp="2026-11-09T23:30:00Z"), make_event(timestamp="2026-11-10T09:00:00Z", userId="u2"))
    settle(acme)
    answer = api.get(f"{USAGE}?event=Report%20Exported&from=2026-11-01&to=2026-12-01")
    assert answer == {"data": [{"day": "2026-11-10", "count": 2, "users": 2}]}


def test_end_is_exclusive(acme: Tenant, key: str, api: Caller) -> None:
    post(key, make_event())
    settle(acme)
    assert api.get(f"{USAGE}?from=2026-11-01&to=2026-11-10") == {"data": []}
    assert len(api.get(f"{USAGE}?from=2026-11-10&to=2026-11-11")["data"]) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
def test_usage_is_right_after_everything_due_was_done(acme: Tenant, key: str, api: Caller) -> None:
    post(key, make_event())
    drain(30)
    assert api.get(f"{USAGE}?from=2026-11-01&to=2026-12-01")["data"][0]["count"] == 1


def test_wrong_days_are_named(acme: Tenant, key: str, api: Caller) -> None:
    post(key, make_event())
    settle(acme)
    answer = api.get(f"{USAGE}?from=2026-11-31&to=x")
    assert (api.status, [error["pointer"] for error in answer["errors"]]) == (400, ["?from", "?to"])
    api.get(f"{USAGE}?from=2026-11-10&to=2026-11-10")
    assert api.status == 400


def test_usage_of_another_tenant_is_not_there(acme: Tenant, key: str, stranger: Caller) -> None:
    post(key, make_event())
    settle(acme)
    stranger.get(USAGE)
    assert stranger.status == 404
