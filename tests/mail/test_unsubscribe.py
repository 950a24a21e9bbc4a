from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Contact, Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Message, Suppression
from engagement.services.delivery import deliver
from engagement.unsubscribe_tokens import Grant, sign
from tests.factories.accounts import make_contact
from tests.factories.engagement import make_message
from tests.mail.server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ann(acme: Tenant) -> Contact:
    with tenant_scope(acme):
        return make_contact(email="Ann@customer.example", name="Ann", language="pl")


def address(tenant: Tenant, contact: Contact, category: str = "product") -> str:
    return f"/u/{sign(Grant(tenant.pk, contact.pk, category))}"


def reread(tenant: Tenant, contact: Contact) -> Contact:
    with tenant_scope(tenant):
        return Contact.objects.get(pk=contact.pk)


@pytest.fixture
def stranger() -> Client:
    """No cookies, and CSRF is checked as in production."""
    return Client(enforce_csrf_checks=True)


def test_one_click_from_the_mail_itself(acme: Tenant, ann: Contact, mail_server: MailServer, stranger: Client) -> None:
    with tenant_scope(acme):
        message = make_message(ann)
    deliver(acme, message.pk)
    path = re.sub(r"^<https?://[^/]+|>$", "", mail_server.mails[0]["List-Unsubscribe"].strip())
    answers = [stranger.post(path, ONE_CLICK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not answers[0].cookies
    assert reread(acme, ann).subscriptions == {"product": False}
    with tenant_scope(acme):
        second = make_message(ann)
    deliver(acme, second.pk)
    with tenant_scope(acme):
        assert Message.objects.get(pk=second.pk).reason == "unsubscribed"
    assert len(mail_server.mails) == 1


def test_looking_changes_nothing(acme: Tenant, ann: Contact, stranger: Client) -> None:
    page = stranger.get(address(acme, ann))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert reread(acme, ann).subscriptions == {}


def test_same_person_twice_in_the_list(acme: Tenant, ann: Contact, stranger: Client) -> None:
    with tenant_scope(acme):
        twin = make_contact(email="ann@CUSTOMER.example")
    stranger.post(address(acme, ann), ONE_CLICK)
    assert reread(acme, twin).subscriptions == {"product": False}


def test_choosing_categories(acme: Tenant, ann: Contact, stranger: Client) -> None:
    answer = stranger.post(address(acme, ann), {"category": ["onboarding", "news"]})
    assert answer.status_code == 302
    assert reread(acme, ann).subscriptions == {
        "onboarding": True,
        "news": True,
        "product": False,
        "survey": False,
        "renewal": False,
    }


def test_everything_off_and_on_again(acme: Tenant, ann: Contact, stranger: Client) -> None:
    stranger.post(address(acme, ann), {"all": "1"})
    assert reread(acme, ann).mail_state == "unsubscribed"
    stranger.post(address(acme, ann), {"category": ["news"]})
    assert reread(acme, ann).mail_state == "ok"
    with tenant_scope(acme):
        assert not Suppression.objects.exists()


def test_bounced_address_does_not_come_back_by_a_click(acme: Tenant, ann: Contact, stranger: Client) -> None:
    with tenant_scope(acme):
        Suppression.objects.create(email="ann@customer.example", reason="bounced")
        Contact.objects.update(mail_state="suppressed")
    stranger.post(address(acme, ann), {"category": ["news"]})
    assert reread(acme, ann).mail_state == "suppressed"


@pytest.mark.parametrize("change", [lambda word: word[:-2] + "xx", lambda word: "x" + word[1:], lambda word: "x"])
def test_forged_word_is_like_none(acme: Tenant, ann: Contact, stranger: Client, change: Any) -> None:
    path = address(acme, ann)
    answer = stranger.post("/u/" + change(path.removeprefix("/u/")), ONE_CLICK)
    assert answer.status_code == 404
    assert reread(acme, ann).subscriptions == {}


def test_word_of_another_tenant_finds_nobody(acme: Tenant, globex: Tenant, ann: Contact, stranger: Client) -> None:
    assert stranger.post(address(globex, ann), ONE_CLICK).status_code == 404
    assert reread(acme, ann).subscriptions == {}
