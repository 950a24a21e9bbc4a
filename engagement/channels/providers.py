"""Asking whoever took our mails whether a certain one arrived there.

SMTP has no such question. Where the mail server or its log can be asked over HTTP, EMAIL_STATUS_URL names the
address with `{message_id}` in it: 200 means that it has the mail, 404 that it never got it. Without it a person
decides. An answer counts only some time after the attempt, because a mail may still be on its way inside.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

import requests
from django.conf import settings
from django.core.mail import get_connection

from engagement.channels import capture

TIMEOUT = (3.05, 10)


class Answer(StrEnum):
    HAS_IT = "has_it"
    NEVER_GOT_IT = "never_got_it"
    CANNOT_TELL = "cannot_tell"  # nobody can be asked; do not ask again
    NO_ANSWER = "no_answer"  # ask again later


class Provider(Protocol):
    def status(self, message_id: str) -> Answer: ...


class NobodyToAsk:
    def status(self, message_id: str) -> Answer:
        return Answer.CANNOT_TELL


class CaptureFolder:
    def status(self, message_id: str) -> Answer:
        return Answer.HAS_IT if capture.captured_file(message_id) else Answer.NEVER_GOT_IT


class HttpStatus:
    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def status(self, message_id: str) -> Answer:
        url = self.url.replace("{message_id}", quote(message_id.strip("<>"), safe=""))
        try:
            answer = requests.get(url, headers=self.headers, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException:
            return Answer.NO_ANSWER
        return {200: Answer.HAS_IT, 404: Answer.NEVER_GOT_IT}.get(answer.status_code, Answer.NO_ANSWER)


def provider() -> Provider:
    """Whom the settings name."""
    if settings.EMAIL_STATUS_URL:
        return HttpStatus(settings.EMAIL_STATUS_URL, settings.EMAIL_STATUS_TOKEN)
    if isinstance(get_connection(), capture.EmailBackend):
        return CaptureFolder()
    return NobodyToAsk()
