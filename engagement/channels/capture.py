"""For installations without a mail server: every mail becomes a file, and nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

log = structlog.get_logger(__name__)

_OURS = re.compile(r"^<(\d+)\.([0-9a-f-]{36})@")


class EmailBackend(BaseEmailBackend):
    """Writes `<folder>/<tenant>/<message>.eml`; mails that are not of the outbox go to `<folder>/other/`."""

    name = "capture"

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            file = _file_of(str(message.message()["Message-ID"]))
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(".draft")
            draft.write_bytes(message.message().as_bytes())
            draft.replace(file)
            log.info("mail.captured", to=message.to, subject=message.subject, file=str(file))
        return len(email_messages)

    def deliver_one(self, message: EmailMessage) -> None:
        self.send_messages([message])


def captured_file(message_id: str) -> Path | None:
    """The file of a mail that was captured, or None."""
    file = _file_of(message_id)
    return file if file.exists() else None


def _file_of(message_id: str) -> Path:
    folder = Path(settings.MAIL_CAPTURE_FOLDER)
    if match := _OURS.match(message_id):
        return folder / match[1] / f"{match[2]}.eml"
    return folder / "other" / (re.sub(r"[^0-9A-Za-z.@-]", "", message_id)[:120] + ".eml")
