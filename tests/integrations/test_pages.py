from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Customer, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from health.models import EventType, Feature
from integrations.models import DeadLetter
from tests.factories.accounts import make_membership
from tests.factories.events import make_event, post, settle


@pytest.fixture
def admin(acme: Tenant) -> Client:
    with tenant_scope(acme):
        member = make_membership(role=Role.ADMIN)
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_usage_panel_shows_events_of_the_customer(acme: Tenant, key: str, admin: Client) -> None:
    post(key, make_event(timestamp=...), make_event(timestamp=..., event="Logged In"))
    settle(acme)
    with tenant_scope(acme):
        customer = Customer.objects.get(external_id="acme-1")
    answer = admin.get(reverse("usage_panel", args=["acme", customer.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Report Exported" in answer.content.decode()


def test_panel_of_a_customer_without_events_says_so(acme: Tenant, key: str, admin: Client) -> None:
    post(key, make_event(type="group", groupId="quiet"))
    settle(acme)
    with tenant_scope(acme):
        customer = Customer.objects.get(external_id="quiet")
    answer = admin.get(reverse("usage_panel", args=["acme", customer.pk]))
    assert "No events have arrived" in answer.content.decode()


def test_stream_page_tells_what_arrives_and_how_to_send(acme: Tenant, key: str, admin: Client) -> None:
    empty = admin.get(reverse("event_stream", args=["acme"])).content.decode()
    post(key, make_event(timestamp=...), make_event(event=5))
    settle(acme)
    page = admin.get(reverse("event_stream", args=["acme"])).content.decode()
    assert "Nothing has arrived yet" in empty
    assert "Nothing has arrived yet" not in page
    assert "/v1/p.js" in page


def test_refused_event_is_shown_as_it_came_and_replayed(acme: Tenant, key: str, admin: Client) -> None:
    post(key, make_event(event=5, messageId="<script>"))
    settle(acme)
    page = admin.get(reverse("dead_letters", args=["acme"]), {"reason": "invalid"}).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.split("<main", 1)[1]
    with tenant_scope(acme):
        letter = DeadLetter.objects.get()
    admin.post(reverse("dead_letter_replay", args=["acme", letter.pk]))
    with tenant_scope(acme):
        assert DeadLetter.objects.get().replayed_at is not None


def test_event_gets_another_meaning_and_a_feature(acme: Tenant, key: str, admin: Client) -> None:
    post(key, make_event())
    settle(acme)
    admin.post(reverse("feature_new", args=["acme"]), {"name": "Reports", "key": "reports", "kind": "sticky"})
    with tenant_scope(acme):
        event_type, feature = EventType.objects.get(), Feature.objects.get()
    admin.post(reverse("event_type_change", args=["acme", event_type.pk]), {"role": "login", "feature": feature.pk})
    with tenant_scope(acme):
        event_type.refresh_from_db()
        assert (event_type.role, event_type.feature_id) == ("login", feature.pk)


@pytest.mark.parametrize("data", [{"role": "god"}, {}, {"role": "login", "feature": "x"}])
def test_wrong_meaning_changes_nothing(acme: Tenant, key: str, admin: Client, data: dict[str, Any]) -> None:
    post(key, make_event())
    settle(acme)
    with tenant_scope(acme):
        event_type = EventType.objects.get()
    admin.post(reverse("event_type_change", args=["acme", event_type.pk]), data)
    with tenant_scope(acme):
        event_type.refresh_from_db()
        assert (event_type.role, event_type.feature_id) == ("action", None)
