"""Sending one mail of the outbox: claim and commit, talk to the mail server without a transaction, mark.

A mail leaves at most once. If it may have left and nobody knows, it becomes `unsure` and waits for an answer
(`services/unsure.py`); it is never simply tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.channels.email import compose, hand_over
from engagement.channels.outcomes import MailDelayed, MailRefused, MailUnsure
from engagement.models import ActivityKind, Message, MessageState, SuppressionReason
from engagement.services.letters import NothingToSay, write_message
from engagement.services.send_windows import next_window
from engagement.services.suppressions import suppress, why_not
from engagement.services.timeline import record_activity

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
RETRIES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 360)]  # then every six hours
PATIENCE = (0.0, 0.2, 1.0, 3.0, 8.0, 15.0)  # seconds between tries to write down what happened


class Outcome(StrEnum):
    SENT = "sent"
    DEAD = "dead"
    RETRY = "retry"
    UNSURE = "unsure"
    LATER = "later"  # its window has passed; it waits for the next one
    SKIPPED = "skipped"  # somebody else has it, or it is not due


def deliver(tenant: Tenant, message_id: UUID | str) -> Outcome:
    """Send the mail if it is due and wanted. A call that comes twice, or late, does nothing."""
    with tenant_scope(tenant):
        message, decided = _claim(tenant, message_id)
        mail = None if message is None or decided else _composed(tenant, message)
    if message is None or mail is None:
        return decided or Outcome.DEAD
    try:
        mark = partial(_sent, message, hand_over(mail))
    except MailRefused as error:
        mark = partial(_refused, message, error)
    except MailDelayed as error:
        mark = partial(_delayed, message, error)
    except Exception as error:
        if not isinstance(error, MailUnsure):
            log.exception("mail.failed", message=str(message.pk))
        mark = partial(_unsure, message, error)
    return _write_down(tenant, mark)


def _claim(tenant: Tenant, message_id: UUID | str) -> tuple[Message | None, Outcome | None]:
    """The claimed row, unless it is not due (None) or something speaks against sending it now (an outcome)."""
    now = timezone.now()
    due = Message.objects.select_for_update(of=("self",)).filter(pk=message_id, state=MessageState.DUE, run_at__lte=now)
    message: Message | None = due.select_related(
        "contact__customer", "customer__csm__user", "customer__standing", "step", "enrolment"
    ).first()
    if message is None:
        return None, Outcome.SKIPPED
    if reason := why_not(message):
        return message, _dead(message, reason)
    if message.not_after is not None and message.not_after <= now and message.step is not None:
        message.run_at, message.not_after = next_window(tenant, message, now)
        message.lease_until = None
        message.save(update_fields=["run_at", "not_after", "lease_until"])
        return message, Outcome.LATER
    message.state, message.attempts = MessageState.CLAIMED, message.attempts + 1
    message.lease_until = now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    message.save(update_fields=["state", "attempts", "lease_until"])
    return message, None


def _composed(tenant: Tenant, message: Message) -> EmailMultiAlternatives | None:
    """The mail, with its words kept in the row; None, and the row dead, if there is nothing that can be sent."""
    try:
        mail = compose(*write_message(tenant, message))
        mail.message()  # headers that cannot be written are found here, not half-way to the server
    except NothingToSay:
        _dead(message, "no_text")
        return None
    except (ValueError, UnicodeError) as error:
        _dead(message, "refused", str(error))
        return None
    message.save(update_fields=["language", "subject", "body", "to_email"])
    return mail


def _write_down(tenant: Tenant, mark: Callable[[], Outcome]) -> Outcome:
    """What happened outside must not be lost because the database is away for a moment."""
    for pause in PATIENCE:
        time.sleep(pause)
        try:
            with tenant_scope(tenant):
                return mark()
        except (OperationalError, InterfaceError) as error:
            log.warning("database.unreachable", error=str(error).strip())
            connection.close()
    return Outcome.UNSURE  # the claim expires


def _sent(message: Message, transport: str) -> Outcome:
    """Also when the claim has expired meanwhile: this attempt knows better."""
    now = timezone.now()
    attempt = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    mark = {"state": MessageState.SENT, "sent_at": now, "transport": transport, "lease_until": None, "error": ""}
    if attempt.in_state(MessageState.CLAIMED, MessageState.UNSURE).update(**mark):
        show_on_timeline(message, now)
    return Outcome.SENT


def show_on_timeline(message: Message, at: datetime) -> None:
    """A mail of the machine is no talk with a person: it is shown, and does not count as contact."""
    if message.customer is not None and not message.is_test:
        record_activity(
            message.customer,
            ActivityKind.SYSTEM,
            code="mail.sent",
            params={"subject": message.subject},
            contact=message.contact,
            occurred_at=at,
            dedupe_key=f"mail:{message.pk}",
        )


def _refused(message: Message, error: MailRefused) -> Outcome:
    if error.address_is_bad and Message.objects.claimed_by(message).exists():
        suppress(message.to_email, SuppressionReason.BOUNCED, str(error))
    return _dead(message, "bounced" if error.address_is_bad else "refused", str(error))


def _delayed(message: Message, error: MailDelayed) -> Outcome:
    if message.attempts >= MAX_ATTEMPTS:
        return _dead(message, "gave_up", str(error))
    wait = RETRIES[min(message.attempts, len(RETRIES)) - 1]
    mark = {"state": MessageState.DUE, "run_at": timezone.now() + wait, "lease_until": None, "error": _short(error)}
    Message.objects.claimed_by(message).update(**mark)
    return Outcome.RETRY


def _unsure(message: Message, error: Exception) -> Outcome:
    mark = {"state": MessageState.UNSURE, "lease_until": None, "error": _short(error)}
    Message.objects.claimed_by(message).update(**mark)
    return Outcome.UNSURE


def _dead(message: Message, reason: str, error: str = "") -> Outcome:
    """Fenced like every mark: only the attempt that holds the row may end it."""
    row = Message.objects.filter(pk=message.pk, state__in=["due", "claimed"], attempts=message.attempts)
    row.update(state=MessageState.DEAD, reason=reason, error=error[:2000].replace("\x00", ""), lease_until=None)
    return Outcome.DEAD


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:2000].replace("\x00", "")
