"""The pages of the event stream, and the snippet in a browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Customer, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from health.usage import reader
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_membership
from tests.factories.events import make_event, make_write_key, post, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def key(acme: Tenant) -> str:
    return make_write_key(acme)


@pytest.fixture
def admin(acme: Tenant, visitor: Visitor) -> Visitor:
    with tenant_scope(acme):
        visitor.log_in(make_membership(role=Role.ADMIN).user)
    return visitor


def half_a_year(key: str) -> None:
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = [
        make_event(
            userId=f"u{number % 5}",
            event=["Report Exported", "Dashboard Opened", "Signed In"][number % 3],
            timestamp=(now - timedelta(hours=14 * number)).isoformat(),
        )
        for number in range(400)
    ]
    post(key, *events, make_event(event=5), make_event(type="jump"))


@pytest.mark.parametrize("name", ["event_stream", "dead_letters", "event_types", "feature_new"])
def test_page_in_both_themes_and_widths(acme: Tenant, key: str, admin: Visitor, name: str) -> None:
    half_a_year(key)
    settle(acme)
    admin.walk(reverse(name, args=["acme"]), name)


def test_usage_on_its_own_page(acme: Tenant, key: str, admin: Visitor) -> None:
    half_a_year(key)
    settle(acme)
    with tenant_scope(acme):
        customer = Customer.objects.get(external_id="acme-1")
    admin.walk(reverse("usage_panel", args=["acme", customer.pk]), "usage")


def test_snippet_sends_page_views_and_marked_clicks(acme: Tenant, key: str, visitor: Visitor, live_server: Any) -> None:
    page = visitor.page
    script = (
        f'<script src="{live_server.url}/v1/p.js" data-write-key="{key}" data-user="u1" data-group="acme-1"></script>'
    )
    body = f'<!doctype html><title>Shop</title><body>{script}<button data-track="Report Exported">Go</button>'
    page.route("**/shop", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{live_server.url}/shop")
    page.get_by_role("button").click()
    with page.expect_request("**/v1/batch") as sent:
        page.evaluate("perennial.flush()")
    assert len(json.loads(sent.value.post_data or "{}")["batch"]) == 2
    page.wait_for_timeout(500)
    assert page.context.cookies() == []
    settle(acme)
    with tenant_scope(acme):
        customer = Customer.objects.get(external_id="acme-1")
        today = acme.today()
        assert [row.count for row in reader.daily(customer.pk, today, today + timedelta(days=1))] == [2]
