"""Signing up and in, the account's own pages, and the settings of a workspace, as people see them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import ApiKey, Membership, Role, Tenant, User
from accounts.services.invitations import invite
from accounts.services.tenants import create_tenant
from accounts.tenancy.scope import tenant_scope
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_customer, make_membership, make_user

pytestmark = pytest.mark.browser

PASSWORD = "a long enough phrase"


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_user(email=f"olga-{uuid4().hex[:8]}@acme.example", name="Olga Nowak", password=PASSWORD)


@pytest.fixture
def acme(owner: User) -> Tenant:
    """A workspace with people, an invitation and keys."""
    tenant = create_tenant(slug="acme", name="Acme", owner=owner, timezone="Europe/Warsaw", currency="EUR")
    with tenant_scope(tenant):
        csm = make_membership(make_user(name="Maja Lindqvist"), Role.CSM)
        make_customer(csm=csm)
        invite(["new@acme.example"], role="viewer", by=Membership.objects.get(role=Role.OWNER))
    return tenant


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/login/", "log-in"),
        ("/account/signup/", "sign-up"),
        ("/account/login/code/", "log-in-code"),
        ("/account/password/reset/", "password-reset"),
    ],
)
def test_doors(visitor: Visitor, path: str, name: str) -> None:
    visitor.walk(path, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/profile/", "profile"),
        ("/account/email/", "e-mail"),
        ("/account/sessions/", "sessions"),
        ("/account/2fa/", "two-factor"),
        ("/account/workspaces/", "workspaces"),
        ("/sign-up/company/", "sign-up-company"),
        ("/account/logout/", "log-out"),
    ],
)
def test_own_pages(visitor: Visitor, owner: User, acme: Tenant, path: str, name: str) -> None:
    visitor.log_in(owner)
    visitor.walk(path, name)


@pytest.mark.parametrize(
    "path",
    [
        "welcome",
        "welcome/invite",
        "settings",
        "settings/workspace",
        "settings/policies",
        "settings/team",
        "settings/keys",
        "settings/keys/new",
        "settings/audit",
    ],
)
def test_settings_pages(visitor: Visitor, owner: User, acme: Tenant, path: str) -> None:
    visitor.log_in(owner)
    visitor.walk(f"/acme/{path}/", path.replace("/", "-"))


def test_removal_page(visitor: Visitor, owner: User, acme: Tenant) -> None:
    with tenant_scope(acme):
        member = Membership.objects.get(role=Role.CSM)
    visitor.log_in(owner)
    visitor.walk(f"/acme/settings/team/{member.pk}/remove/", "member-remove")


def test_three_pages_from_nothing_to_a_workspace(visitor: Visitor) -> None:
    page = visitor.open("/sign-up/")
    page.get_by_label("Email").fill(f"nina-{uuid4().hex[:8]}@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").wait_for()
    visitor.assert_accessible()
    visitor.photograph("sign-up-code")
    page.get_by_label("Code").fill(_code())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Your name").fill("Nina North")
    page.get_by_label("Company").fill("North Łódź AS")
    expect(page.get_by_label("Address")).to_have_value("north-lodz-as")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail addresses").fill("ola@north.example, not an address")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_text("This is not an e-mail address.").first).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Welcome, Nina")).to_be_visible()


def test_log_in_with_password_and_out_again(visitor: Visitor, owner: User, acme: Tenant) -> None:
    page = visitor.open("/acme/settings/team/")
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Team")).to_be_visible()
    page.locator("summary.pn-user").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_log_in_with_a_code(visitor: Visitor, owner: User, acme: Tenant) -> None:
    page = visitor.open("/account/login/")
    page.get_by_role("link", name="Send me a code").click()
    page.get_by_label("Email").fill(owner.email)
    page.locator("form button[type=submit], form button:not([type])").first.click()
    page.get_by_label("Code").fill(_code())
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile("/acme/$"))


def test_passkey_is_added_and_opens_the_door(visitor: Visitor, owner: User, acme: Tenant) -> None:
    visitor.base_url = visitor.base_url.replace("127.0.0.1", "localhost")
    devtools: Any = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    ready = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | ready})
    page = visitor.open("/account/login/")
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/acme/")
    page = visitor.open("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Recovery codes").first).to_be_visible()
    visitor.context.clear_cookies()
    page = visitor.open("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/acme/$"))


def test_authenticator_app_is_added_and_asked_for(visitor: Visitor, owner: User, acme: Tenant) -> None:
    page = visitor.open("/account/login/?next=/account/2fa/totp/activate/")
    _fill_log_in(page, owner)
    page.get_by_label("Password").fill(PASSWORD)
    visitor.assert_accessible()
    visitor.photograph("confirm-access")
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    visitor.assert_accessible()
    visitor.photograph("authenticator-app")
    page.get_by_label("Authenticator code").fill(_totp(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Recovery codes").first).to_be_visible()
    visitor.assert_accessible()
    visitor.photograph("recovery-codes")
    visitor.context.clear_cookies()
    page = visitor.open("/account/login/")
    _fill_log_in(page, owner)
    expect(page.get_by_label("Code")).to_be_visible()
    visitor.assert_accessible()
    visitor.photograph("second-factor")


def test_new_password_asks_to_log_in_again(visitor: Visitor, owner: User, acme: Tenant) -> None:
    page = visitor.open("/account/login/?next=/account/password/change/")
    _fill_log_in(page, owner)
    visitor.assert_accessible()
    visitor.photograph("password-change")
    page.get_by_label("Current Password").fill(PASSWORD)
    page.locator("#id_password1").fill("another long phrase")
    page.locator("#id_password2").fill("another long phrase")
    page.get_by_role("button", name=re.compile("Change password", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_new_key_is_shown_once_and_revoked(visitor: Visitor, owner: User, acme: Tenant) -> None:
    visitor.log_in(owner)
    page = visitor.open("/acme/settings/keys/new/")
    page.get_by_label("Name").fill("Billing")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("Key", exact=True).input_value()
    visitor.assert_accessible()
    page.get_by_role("link", name="I have copied it").click()
    assert secret.startswith("prk_") and secret not in page.content()
    page.get_by_role("button", name="Revoke Billing").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("works no longer")).to_be_visible()
    with tenant_scope(acme):
        assert ApiKey.objects.get(name="Billing").revoked_at


def _fill_log_in(page: Page, person: User) -> None:
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def _totp(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def _code() -> str:
    found = re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[0]
