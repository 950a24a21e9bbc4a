"""Django's SMTP backend, with one more piece of knowledge: whether the message itself had begun to leave.

Before that, a failure means that nothing was taken. After it, only an answer of the server tells; silence does not.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp
from django.core.mail.message import EmailMessage

from engagement.channels.outcomes import MailDelayed, MailRefused, MailUnsure

BAD_ADDRESS = frozenset({550, 551, 553, 556})


class _Watched(smtplib.SMTP):
    asked_to_take = False
    body_began = False
    accepted = False

    def data(self, msg: Any) -> Any:
        self.asked_to_take = True
        code, said = super().data(msg)
        self.accepted = code == 250
        return code, said

    def getreply(self) -> Any:
        code, said = super().getreply()
        if self.asked_to_take and code == 354:
            self.body_began = True
        return code, said


class _WatchedSSL(_Watched, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Raises MailRefused, MailDelayed or MailUnsure for one message; several messages behave as with Django's."""

    name = "smtp"

    _last: Any = None

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchedSSL if self.use_ssl else _Watched

    def open(self) -> Any:
        opened = super().open()
        self._last = self.connection
        return opened

    def deliver_one(self, message: EmailMessage) -> None:
        try:
            self.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            raise _recipient_refused(error) from error
        except smtplib.SMTPDataError as error:
            raise (MailRefused if 500 <= error.smtp_code < 600 else MailDelayed)(_said(error)) from error
        except smtplib.SMTPResponseException as error:
            raise MailDelayed(_said(error)) from error  # log-in or sender: our settings are wrong, not the mail
        except (smtplib.SMTPException, OSError) as error:
            self._broken(error)

    def _broken(self, error: Exception) -> None:
        """Whatever breaks after the server said yes does not matter any more."""
        if self._last is None or not self._last.body_began:
            raise MailDelayed(f"{type(error).__name__}: {error}") from error
        if not self._last.accepted:
            raise MailUnsure(f"{type(error).__name__}: {error}") from error


def _recipient_refused(error: smtplib.SMTPRecipientsRefused) -> Exception:
    code, said = next(iter(error.recipients.values()))
    text = f"{code} {said.decode('utf-8', 'replace')}"
    if 500 <= code < 600:
        return MailRefused(text, address_is_bad=code in BAD_ADDRESS)
    return MailDelayed(text)


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    return f"{error.smtp_code} {said}"
