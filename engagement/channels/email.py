"""The e-mail channel: an outbox row becomes a MIME message and is handed over once."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any

import requests
from anymail.exceptions import (  # type: ignore[import-untyped]
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from engagement.channels.outcomes import MailDelayed, MailRefused, MailUnsure
from engagement.mail_layout import Letter, letter_html, letter_text

NOT_TAKEN = frozenset({401, 403, 429, 503})  # wrong key, too fast, closed: nothing was taken


@dataclass(frozen=True)
class Envelope:
    """From whom to whom; `message_id` is the same however often the mail is tried."""

    message_id: str
    to_name: str
    to_email: str
    reply_to: str = ""
    one_click_url: str = ""


def message_id_of(tenant_id: int, message_pk: object) -> str:
    return f"<{tenant_id}.{message_pk}@{_domain()}>"


def compose(letter: Letter, envelope: Envelope) -> EmailMultiAlternatives:
    """A mail with a text and an HTML part, and the headers of RFC 8058 if it can be unsubscribed from."""
    headers = {"Message-ID": envelope.message_id, "Auto-Submitted": "auto-generated"}
    if envelope.one_click_url:
        headers["List-Unsubscribe"] = f"<{envelope.one_click_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=letter_text(letter),
        from_email=formataddr((letter.sender, _from_address())),
        to=[formataddr((envelope.to_name, envelope.to_email))],
        reply_to=[envelope.reply_to] if envelope.reply_to else None,
        headers=headers,
    )
    mail.attach_alternative(letter_html(letter), "text/html")
    return mail


def hand_over(mail: EmailMultiAlternatives) -> str:
    """Send it by the configured backend and return the backend's name.

    Raises MailRefused, MailDelayed or MailUnsure; anything else is treated as unsure by the caller.
    """
    backend = get_connection()
    if hasattr(backend, "deliver_one"):
        backend.deliver_one(mail)
    else:
        _by_library(backend, mail)
    return transport_name(backend)


def transport_name(backend: Any = None) -> str:
    """`smtp`, `capture`, or the name of the provider."""
    backend = backend or get_connection()
    return str(getattr(backend, "name", None) or getattr(backend, "esp_name", type(backend).__module__))[:40].lower()


def _by_library(backend: Any, mail: EmailMultiAlternatives) -> None:
    """Providers' HTTP APIs: an answer with a status is definite, silence is not."""
    try:
        backend.send_messages([mail])
    except AnymailRecipientsRefused as error:
        raise MailRefused(str(error), address_is_bad=True) from error
    except AnymailAPIError as error:
        status = error.status_code
        if status is None:
            never_left = isinstance(error.__cause__, requests.ConnectTimeout)
            raise (MailDelayed if never_left else MailUnsure)(str(error)) from error
        if status in NOT_TAKEN:
            raise MailDelayed(str(error)) from error
        raise (MailUnsure if status == 408 or status >= 500 else MailRefused)(str(error)) from error
    except AnymailError as error:
        raise MailRefused(str(error)) from error


def _from_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _domain() -> str:
    return _from_address().rpartition("@")[2] or "localhost"
