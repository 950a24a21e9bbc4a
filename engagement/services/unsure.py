"""Mails of which nobody knows whether they left. The provider is asked; where it cannot be, a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.jobs import enqueue
from accounts.models import Tenant
from accounts.services.audit import record_audit
from accounts.tenancy.scope import tenant_scope
from engagement.channels.email import message_id_of, transport_name
from engagement.channels.providers import Answer, provider
from engagement.models import Message, MessageState
from engagement.services.delivery import show_on_timeline

ASK = "mail.ask_provider"
BATCH = 200


class ProviderSilent(Exception):
    """It did not answer; the job comes back later."""


def note_unsure() -> int:
    """Have the provider asked about mails that just became unsure; returns how many. Called with the scope open."""
    fresh = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.UNSURE, asked_at=None)
    ids = [message.pk for message in fresh.only("pk").order_by("run_at")[:BATCH]]
    later = timezone.now() + timedelta(seconds=settings.MAIL_SETTLE_SECONDS)
    for message_id in ids:
        enqueue(ASK, key=str(message_id), payload={"message": str(message_id)}, run_at=later)
    Message.objects.filter(pk__in=ids).update(asked_at=timezone.now())
    return len(ids)


def ask_provider(tenant: Tenant, message_id: UUID | str) -> Answer:
    """Settle an unsure mail by what the provider says. Talks to the network outside any scope."""
    with tenant_scope(tenant):
        message = Message.objects.filter(pk=message_id, state=MessageState.UNSURE).first()
    if message is None:
        return Answer.CANNOT_TELL
    answer = provider().status(message_id_of(tenant.pk, message.pk))
    if answer == Answer.NO_ANSWER:
        raise ProviderSilent("the provider gave no answer")
    with tenant_scope(tenant):
        if answer == Answer.HAS_IT:
            _settle_as_sent(message)
        elif answer == Answer.NEVER_GOT_IT:
            _settle_as_due(message)
    return answer


def mark_sent(message: Message) -> bool:
    """A person found out that it arrived. True for the call that settled it."""
    settled = _settle_as_sent(message)
    if settled:
        record_audit("mail.marked_sent", message, label=message.subject)
    return settled


def send_again(message: Message) -> bool:
    """A person accepts that it may arrive twice. It keeps its Message-ID, by which receivers can tell."""
    settled = _settle_as_due(message)
    if settled:
        record_audit("mail.sent_again", message, label=message.subject)
    return settled


def discard(message: Message) -> bool:
    """A person decides that it need not be sent any more."""
    undecided = Message.objects.filter(pk=message.pk, state__in=[MessageState.UNSURE, MessageState.DUE])
    settled = bool(undecided.update(state=MessageState.DEAD, reason="discarded", lease_until=None))
    if settled:
        record_audit("mail.discarded", message, label=message.subject)
    return settled


def _settle_as_sent(message: Message) -> bool:
    now = timezone.now()
    mark = {"state": MessageState.SENT, "sent_at": now, "transport": transport_name(), "lease_until": None}
    settled = bool(_still_unsure(message).update(**mark))
    if settled:
        show_on_timeline(message, now)
    return settled


def _settle_as_due(message: Message) -> bool:
    mark = {"state": MessageState.DUE, "lease_until": None, "asked_at": None, "run_at": timezone.now()}
    return bool(_still_unsure(message).update(**mark))


def _still_unsure(message: Message) -> Any:
    return Message.objects.filter(pk=message.pk, state=MessageState.UNSURE, attempts=message.attempts)
