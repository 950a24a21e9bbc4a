from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mail.server import MailServer


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """The product sends to it over real SMTP."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "engagement.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    yield server
    server.stop()
