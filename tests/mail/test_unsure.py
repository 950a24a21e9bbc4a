from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
from django.utils.timezone import now

from accounts.models import AuditEntry, Job, Tenant
from accounts.queues import queues
from accounts.services.draining import drain
from accounts.services.pump import expire
from accounts.tenancy.scope import tenant_scope
from engagement.channels.email import message_id_of
from engagement.channels.outcomes import MailRefused
from engagement.models import Message
from engagement.services import delivery, unsure
from engagement.services.delivery import deliver
from tests.factories.engagement import make_message
from tests.mail.server import MailServer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])


@pytest.fixture
def mail_log(settings: Any, mail_server: MailServer) -> Iterator[dict[str, int]]:
    """The mail server's log over HTTP; the dict makes it answer an id with another status."""
    special: dict[str, int] = {}

    class Log(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = f"<{unquote(self.path.removeprefix('/'))}>"
            self.send_response(special.get(wanted, 200 if wanted in mail_server.ids else 404))
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Log)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_STATUS_URL = f"http://127.0.0.1:{server.server_port}/{{message_id}}"
    settings.MAIL_SETTLE_SECONDS = 0
    yield special
    server.shutdown()
    server.server_close()


def lost_claim(tenant: Tenant, **fields: Any) -> Message:
    """A worker claimed it and was never heard of again."""
    with tenant_scope(tenant):
        message = make_message()
        claim = {"state": "claimed", "attempts": 1, "lease_until": now() - timedelta(seconds=1)}
        Message.objects.filter(pk=message.pk).update(**{**claim, **fields})
        message.refresh_from_db()
        return message


def state_of(tenant: Tenant, message: Message) -> str:
    with tenant_scope(tenant):
        return str(Message.objects.get(pk=message.pk).state)


def test_expired_claim_is_not_tried_again(acme: Tenant, mail_server: MailServer) -> None:
    message = lost_claim(acme)
    expire(queues["mails"])
    drain(20)
    assert state_of(acme, message) == "unsure"
    assert mail_server.mails == []


def test_provider_that_has_it_settles_it(acme: Tenant, mail_server: MailServer, mail_log: dict[str, int]) -> None:
    mail_server.answers["DATA"] = "taken, then silence"
    with tenant_scope(acme):
        message = make_message()
    deliver(acme, message.pk)
    mail_server.answers.clear()
    drain(20)
    assert state_of(acme, message) == "sent"
    assert len(mail_server.mails) == 1


def test_provider_that_never_got_it_lets_it_go_again(
    acme: Tenant, mail_server: MailServer, mail_log: dict[str, int]
) -> None:
    message = lost_claim(acme)
    drain(20)
    assert state_of(acme, message) == "sent"
    assert mail_server.ids == [message_id_of(acme.pk, message.pk)]


def test_provider_without_an_answer_is_asked_later(
    acme: Tenant, mail_server: MailServer, mail_log: dict[str, int]
) -> None:
    message = lost_claim(acme)
    mail_log[message_id_of(acme.pk, message.pk)] = 503
    drain(20)
    assert state_of(acme, message) == "unsure"
    with tenant_scope(acme):
        job = Job.objects.get(kind=unsure.ASK)
    assert (job.state, "no answer" in job.error) == ("due", True)


def test_captured_mails_can_be_looked_up(acme: Tenant, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "engagement.channels.capture.EmailBackend"
    settings.MAIL_CAPTURE_FOLDER, settings.MAIL_SETTLE_SECONDS = tmp_path, 0
    with tenant_scope(acme):
        message = make_message()
    deliver(acme, message.pk)
    file = tmp_path / str(acme.pk) / f"{message.pk}.eml"
    assert b"Subject: Hello" in file.read_bytes()
    with tenant_scope(acme):
        Message.objects.update(state="unsure", asked_at=None)
    drain(20)
    assert state_of(acme, message) == "sent"


def test_a_person_decides(acme: Tenant, mail_server: MailServer) -> None:
    arrived, lost = lost_claim(acme, state="unsure"), lost_claim(acme, state="unsure")
    with tenant_scope(acme):
        assert unsure.mark_sent(arrived)
        assert not unsure.mark_sent(arrived)
        assert unsure.send_again(lost)
        assert not unsure.send_again(arrived)
        assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"mail.marked_sent", "mail.sent_again"}
    drain(20)
    assert (state_of(acme, arrived), state_of(acme, lost)) == ("sent", "sent")
    assert len(mail_server.mails) == 1


def test_late_worker_knows_better(acme: Tenant, mail_server: MailServer) -> None:
    """The claim has expired while the mail server was slow; then it said yes after all."""
    message = lost_claim(acme, state="unsure")
    with tenant_scope(acme):
        delivery._sent(message, "smtp")
    assert state_of(acme, message) == "sent"


def test_stale_worker_changes_nothing(acme: Tenant, mail_server: MailServer) -> None:
    message = lost_claim(acme)
    with tenant_scope(acme):
        Message.objects.update(attempts=2)
        delivery._sent(message, "smtp")
        delivery._refused(message, MailRefused("550 no such user", address_is_bad=True))
        assert Message.objects.get().state == "claimed"
        assert Message.objects.get().contact.mail_state == "ok"
