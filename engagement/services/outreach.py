"""Asking for a mail: a row in the outbox, in the caller's transaction. The pump has it sent after the commit."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Contact
from engagement.models import MailCategory, Message


def queue_message(
    contact: Contact,
    *,
    category: MailCategory | str,
    subject: str,
    body: str,
    dedupe_key: str,
    run_at: datetime | None = None,
) -> Message:
    """The mail with this key; repeating the call asks for nothing more. The body is Markdown with merge fields."""
    fields = {
        "category": category,
        "contact": contact,
        "customer_id": contact.customer_id,
        "subject": subject,
        "body": body,
        "run_at": run_at or timezone.now(),
    }
    message: Message = Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=fields)[0]
    return message


def queue_test(*, to_email: str, subject: str, body: str, language: str, dedupe_key: str) -> Message:
    """A mail to a colleague who wants to see it, already merged; no contact, no unsubscribing, no timeline."""
    message: Message = Message.objects.create(
        dedupe_key=dedupe_key,
        category=MailCategory.ACCOUNT,
        to_email=to_email,
        subject=subject,
        body=body,
        language=language,
        is_test=True,
    )
    return message
