from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, DomainEvent, Role, Tenant, User
from accounts.policies import policies_of
from accounts.services.api_keys import find_api_key
from accounts.services.audit import Actor, acting_as, record_audit
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership, make_user

pytestmark = pytest.mark.django_db

WORKSPACE = {"name": "Acme", "language": "pl", "timezone": "Asia/Tokyo", "currency": "JPY", "week_start": "7"}


@pytest.fixture
def owner(acme: Tenant, client: Client) -> User:
    """Logged in."""
    with tenant_scope(acme):
        user: User = make_membership(make_user(email="olga@acme.example"), Role.OWNER).user
    client.force_login(user)
    return user


def log(tenant: Tenant) -> list[AuditEntry]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.order_by("at"))


def test_workspace_changes_are_logged_and_told_to_the_apps_above(client: Client, acme: Tenant, owner: User) -> None:
    assert client.post("/acme/settings/workspace/", WORKSPACE).status_code == 302
    acme.refresh_from_db()
    assert (acme.timezone, acme.currency, acme.week_start) == ("Asia/Tokyo", "JPY", 7)
    [entry] = log(acme)
    assert entry.before["currency"] == "EUR" and entry.after["currency"] == "JPY" and "name" not in entry.after
    with tenant_scope(acme):
        event = DomainEvent.objects.get(kind="settings.changed")
    assert event.payload["fields"] == ["currency", "language", "timezone", "week_start"]


def test_saving_the_same_again_writes_nothing(client: Client, acme: Tenant, owner: User) -> None:
    client.post("/acme/settings/workspace/", WORKSPACE)
    client.post("/acme/settings/workspace/", WORKSPACE)
    assert len(log(acme)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("timezone", "Mars/Olympus"), ("currency", "zz"), ("week_start", "9"), ("language", "xx")],
)
def test_bad_setting_names_the_field(client: Client, acme: Tenant, owner: User, field: str, value: str) -> None:
    answer = client.post("/acme/settings/workspace/", {**WORKSPACE, field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    acme.refresh_from_db()
    assert acme.currency == "EUR" and log(acme) == []


def policies(client: Client, **changes: Any) -> Any:
    form = client.get("/acme/settings/policies/").context["form"]
    shown = {name: form[name].initial for name in form.fields}
    data = {name: value for name, value in {**shown, **changes}.items() if value is not None and value is not False}
    return client.post("/acme/settings/policies/", data)


def test_policy_switch_is_saved_and_logged(client: Client, acme: Tenant, owner: User) -> None:
    answer = policies(client, pause="churn", past_due_days="")
    assert answer.status_code == 302, answer.context["form"].errors
    acme.refresh_from_db()
    assert (policies_of(acme).pause, policies_of(acme).past_due_days) == ("churn", None)
    assert log(acme)[0].after == {"past_due_days": None, "pause": "churn"}


@pytest.mark.parametrize(
    ("field", "value"), [("pause", "maybe"), ("past_due_days", "-1"), ("gross_margin_percent", "101")]
)
def test_bad_policy_names_the_switch(client: Client, acme: Tenant, owner: User, field: str, value: str) -> None:
    answer = policies(client, **{field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert log(acme) == []


def test_key_is_shown_once_and_works(client: Client, acme: Tenant, owner: User) -> None:
    answer = client.post("/acme/settings/keys/new/", {"name": "Billing", "scopes": ["read", "write"], "days": "90"})
    secret = answer.context["secret"]
    assert "no-store" in answer["Cache-Control"] and secret in answer.content.decode()
    assert secret not in client.get("/acme/settings/keys/").content.decode()
    with tenant_scope(acme):
        key = find_api_key(secret)
    assert key.scopes == ["read", "write"] and timedelta(89) < key.expires_at - timezone.now() < timedelta(91)


def test_write_key_only_sends_events(client: Client, acme: Tenant, owner: User) -> None:
    secret = client.post("/acme/settings/keys/new-write-key/", {"name": "Web app"}).context["secret"]
    with tenant_scope(acme):
        assert find_api_key(secret).scopes == ["ingest"]


def test_revoked_key_works_no_longer(client: Client, acme: Tenant, owner: User) -> None:
    secret = client.post("/acme/settings/keys/new-write-key/", {"name": "Web app"}).context["secret"]
    with tenant_scope(acme):
        key = ApiKey.objects.get()
    client.post(f"/acme/settings/keys/{key.pk}/revoke/")
    with tenant_scope(acme):
        assert find_api_key(secret) is None
    assert [entry.action for entry in log(acme)] == ["api_key.created", "api_key.revoked"]
    assert secret not in str([entry.after for entry in log(acme)])


@pytest.mark.parametrize("bad", [{"name": ""}, {"scopes": []}, {"scopes": ["ingest"]}, {"days": "1000"}])
def test_bad_key_names_the_field(client: Client, acme: Tenant, owner: User, bad: dict[str, Any]) -> None:
    answer = client.post("/acme/settings/keys/new/", {"name": "K", "scopes": ["read"], "days": "30", **bad})
    assert answer.status_code == 422 and set(bad) <= set(answer.context["form"].errors)


def test_log_says_who_and_from_where(client: Client, acme: Tenant, owner: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "User-Agent": "Browser/1"}
    client.post("/acme/settings/keys/new-write-key/", {"name": "Web app"}, headers=headers)
    [entry] = log(acme)
    assert (entry.actor_kind, entry.actor_label, entry.actor_id) == ("user", "olga@acme.example", owner.pk)
    assert (entry.ip, entry.user_agent) == ("203.0.113.9", "Browser/1")


@pytest.fixture
def history(acme: Tenant) -> None:
    with tenant_scope(acme):
        for number in range(120):
            actor = Actor("user", "eva@acme.example" if number % 2 else "jan@acme.example")
            with acting_as(actor):
                record_audit("customer.changed", object_type="customer", object_id=str(number), label=f"=C{number}")


def seen(client: Client, query: str = "") -> list[str]:
    """All object labels, page after page."""
    labels, cursor = [], ""
    while True:
        context = client.get(f"/acme/settings/audit/?{query}&cursor={cursor}").context
        labels += [entry.object_label for entry, _changes in context["rows"]]
        cursor = context["next_cursor"]
        if not cursor:
            return labels


def test_log_is_read_page_by_page_newest_first(client: Client, owner: User, history: None) -> None:
    assert seen(client) == [f"=C{number}" for number in reversed(range(120))]


def test_log_is_filtered(client: Client, acme: Tenant, owner: User, history: None) -> None:
    assert len(seen(client, "actor=eva")) == 60
    assert len(seen(client, "action=customer.changed&object_type=customer")) == 120
    assert seen(client, "until=2020-01-01") == []
    assert len(seen(client, f"since={acme.today()}&until={acme.today()}")) == 120


@pytest.mark.parametrize(
    "query", ["since=nonsense", "until=9999-12-31", "cursor=%00", "cursor=AAAA", "actor=%00", "action=x"]
)
def test_rubbish_in_the_filter_is_no_error(client: Client, owner: User, history: None, query: str) -> None:
    assert client.get(f"/acme/settings/audit/?{query}").status_code == 200


def test_export_holds_everything_and_defuses_formulas(client: Client, acme: Tenant, owner: User, history: None) -> None:
    answer = client.get("/acme/settings/audit/export.csv?actor=eva")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 61 and rows[1][6] == "'=C119"
    assert log(acme)[-1].action == "audit.exported"


def test_profile_keeps_language_zone_and_theme(client: Client, acme: Tenant, owner: User) -> None:
    data = {"name": "Olga N", "language": "pl", "timezone": "Asia/Tokyo", "theme": "dark"}
    answer = client.post("/account/profile/", data)
    assert answer.status_code == 302 and client.cookies["theme"].value == "dark"
    page = client.get("/account/profile/")
    assert page["Content-Language"] == "pl" and 'lang="pl"' in page.content.decode()
    owner.refresh_from_db()
    assert (owner.name, owner.language, owner.timezone) == ("Olga N", "pl", "Asia/Tokyo")


def test_language_menu_changes_the_person_too(client: Client, owner: User) -> None:
    client.post("/language/", {"language": "nb", "next": "/"})
    client.post("/language/", {"language": "xx", "next": "//evil.example"})
    owner.refresh_from_db()
    assert owner.language == "nb"


def test_times_are_the_tenants_unless_the_person_has_a_zone(client: Client, acme: Tenant, owner: User) -> None:
    with tenant_scope(acme):
        record_audit("x.y", object_type="x", object_id="1")
        at = AuditEntry.objects.get().at
    assert f"{at.astimezone(acme.zone):%Y-%m-%d %H:%M:%S}" in client.get("/acme/settings/audit/").content.decode()
