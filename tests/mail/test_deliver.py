from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import Contact, Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Activity, Message, Suppression
from engagement.services.delivery import MAX_ATTEMPTS, Outcome, deliver
from tests.factories.accounts import make_contact, make_customer, make_membership, make_user
from tests.factories.engagement import make_message
from tests.mail.server import MailServer

LINK = "[Start](https://a.example)"

pytestmark = pytest.mark.django_db(transaction=True)


def queued(tenant: Tenant, contact: dict[str, Any] | None = None, **fields: Any) -> Message:
    with tenant_scope(tenant):
        return make_message(make_contact(**{"email": "ann@customer.example", **(contact or {})}), **fields)


def reread(tenant: Tenant, message: Message) -> Message:
    with tenant_scope(tenant):
        return Message.objects.get(pk=message.pk)


def test_mail_arrives_with_both_parts_and_the_headers(acme: Tenant, mail_server: MailServer) -> None:
    message = queued(acme, {"name": "Ann", "language": "pl"}, subject="Cześć {{ contact.name }}", body=LINK)
    assert deliver(acme, message.pk) == Outcome.SENT
    (mail,) = mail_server.mails
    assert mail["Message-ID"] == f"<{acme.pk}.{message.pk}@localhost>"
    assert mail["To"].addresses[0].addr_spec == "ann@customer.example"
    assert mail["Subject"] == "Cześć Ann"
    assert mail["From"].addresses[0].display_name == "Acme"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip().startswith("<http")
    assert mail["Auto-Submitted"] == "auto-generated"
    html = mail.get_body(("html",)).get_content()
    assert 'lang="pl"' in html
    assert 'class="button" href="https://a.example"' in html
    assert "fonts.googleapis" not in html
    assert "Start (https://a.example)" in mail.get_body(("plain",)).get_content()


def test_sent_once_however_often_asked(acme: Tenant, mail_server: MailServer) -> None:
    message = queued(acme)
    assert [deliver(acme, message.pk) for _ in range(3)] == [Outcome.SENT, Outcome.SKIPPED, Outcome.SKIPPED]
    assert len(mail_server.mails) == 1
    sent = reread(acme, message)
    assert (sent.state, sent.transport, sent.to_email) == ("sent", "smtp", "ann@customer.example")


def test_timeline_shows_it_and_it_is_no_talk_with_a_person(acme: Tenant, mail_server: MailServer) -> None:
    message = queued(acme, subject="Hello")
    deliver(acme, message.pk)
    with tenant_scope(acme):
        entry = Activity.objects.get(code="mail.sent")
        assert entry.params == {"subject": "Hello"}
        assert entry.customer.standing.last_contact_at is None


def test_other_tenant_cannot_send_it(acme: Tenant, globex: Tenant, mail_server: MailServer) -> None:
    message = queued(acme)
    assert deliver(globex, message.pk) == Outcome.SKIPPED
    assert mail_server.mails == []


def test_unknown_address_is_never_tried_again(acme: Tenant, globex: Tenant, mail_server: MailServer) -> None:
    mail_server.answers["ann@customer.example"] = "550 5.1.1 no such user"
    message = queued(acme)
    assert deliver(acme, message.pk) == Outcome.DEAD
    dead = reread(acme, message)
    assert (dead.reason, dead.error) == ("bounced", "550 5.1.1 no such user")
    with tenant_scope(acme):
        assert Contact.objects.get().mail_state == "suppressed"
        assert Suppression.objects.get().email == "ann@customer.example"
        second = make_message(Contact.objects.get())
    assert deliver(acme, second.pk) == Outcome.DEAD
    assert deliver(globex, queued(globex).pk) == Outcome.DEAD  # their own attempt, their own bounce


@pytest.mark.parametrize("answer", ["450 4.2.1 try later", "421 4.3.2 closing"])
def test_temporary_refusal_comes_back_later(acme: Tenant, mail_server: MailServer, answer: str) -> None:
    mail_server.answers["ann@customer.example"] = answer
    message = queued(acme)
    assert deliver(acme, message.pk) == Outcome.RETRY
    later = reread(acme, message)
    assert (later.state, later.attempts, later.error) == ("due", 1, answer)
    assert later.run_at > now() + timedelta(seconds=50)


def test_refused_content_does_not_block_the_address(acme: Tenant, mail_server: MailServer) -> None:
    mail_server.answers["DATA"] = "554 5.7.1 looks like spam"
    message = queued(acme)
    assert deliver(acme, message.pk) == Outcome.DEAD
    assert reread(acme, message).reason == "refused"
    with tenant_scope(acme):
        assert Contact.objects.get().mail_state == "ok"


def test_server_that_is_away_took_nothing(acme: Tenant, mail_server: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    message = queued(acme)
    assert deliver(acme, message.pk) == Outcome.RETRY
    assert "refused" in reread(acme, message).error


def test_given_up_after_many_attempts(acme: Tenant, mail_server: MailServer) -> None:
    mail_server.answers["ann@customer.example"] = "450 busy"
    message = queued(acme)
    with tenant_scope(acme):
        Message.objects.update(attempts=MAX_ATTEMPTS - 1)
    assert deliver(acme, message.pk) == Outcome.DEAD
    assert reread(acme, message).reason == "gave_up"


def test_silence_after_the_mail_began_is_unsure(acme: Tenant, mail_server: MailServer) -> None:
    mail_server.answers["DATA"] = "taken, then silence"
    message = queued(acme)
    assert deliver(acme, message.pk) == Outcome.UNSURE
    assert len(mail_server.mails) == 1
    assert deliver(acme, message.pk) == Outcome.SKIPPED
    assert reread(acme, message).state == "unsure"


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"email": ""}, "no_address"),
        ({"mail_state": "suppressed"}, "suppressed"),
        ({"mail_state": "complained"}, "complained"),
        ({"mail_state": "unsubscribed"}, "unsubscribed"),
        ({"subscriptions": {"product": False}}, "unsubscribed"),
    ],
)
def test_unwanted_mail_stays(acme: Tenant, mail_server: MailServer, contact: dict[str, Any], reason: str) -> None:
    message = queued(acme, contact)
    assert deliver(acme, message.pk) == Outcome.DEAD
    assert reread(acme, message).reason == reason
    assert mail_server.mails == []


def test_notices_reach_those_who_unsubscribed(acme: Tenant, mail_server: MailServer) -> None:
    message = queued(acme, {"mail_state": "unsubscribed"}, category="account")
    assert deliver(acme, message.pk) == Outcome.SENT
    assert mail_server.mails[0]["List-Unsubscribe"] is None


def test_same_key_is_one_mail(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        contact = make_contact()
        assert make_message(contact, dedupe_key="k").pk == make_message(contact, dedupe_key="k").pk
        assert Message.objects.count() == 1
    assert queued(globex, dedupe_key="k").pk


def test_header_injection_is_refused_not_sent(acme: Tenant, mail_server: MailServer) -> None:
    message = queued(acme, {"name": "Ann\r\nBcc: eve@evil.example"}, subject="Hi {{ contact.name }}\r\nX-Evil: 1")
    outcome = deliver(acme, message.pk)
    assert outcome in (Outcome.DEAD, Outcome.SENT)
    for mail in mail_server.mails:
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None


def test_customers_manager_gets_the_reply(acme: Tenant, mail_server: MailServer) -> None:
    with tenant_scope(acme):
        csm = make_membership(make_user(email="csm@acme.example"))
        message = make_message(make_contact(make_customer(csm=csm)))
    deliver(acme, message.pk)
    assert mail_server.mails[0]["Reply-To"] == "csm@acme.example"
