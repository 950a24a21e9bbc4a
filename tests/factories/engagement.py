"""Cadences, mails and what belongs to them. Rows of a tenant need its scope open."""

from __future__ import annotations

from datetime import time
from itertools import count
from typing import Any

from accounts.models import Contact
from engagement.models import Cadence, Message
from engagement.services.cadences import StepDraft, activate, save_steps
from engagement.services.outreach import queue_message
from tests.factories.accounts import make_contact

numbers = count(1)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
TEXTS = {"en": {"subject": "Welcome, {{ contact.first_name | friend }}", "body": "How is {{ customer.name }}?"}}


def make_message(contact: Contact | None = None, **fields: Any) -> Message:
    defaults = {"category": "product", "subject": "Hello", "body": "A *word*.", "dedupe_key": f"mail-{next(numbers)}"}
    return queue_message(contact or make_contact(), **{**defaults, **fields})


def make_step(offset_days: int = 0, **fields: Any) -> StepDraft:
    defaults: dict[str, Any] = {"weekdays": EVERY_DAY, "send_from": time(0), "send_to": time(23, 59), "texts": TEXTS}
    return StepDraft(offset_days, **{**defaults, **fields})


def make_cadence(*steps: StepDraft, active: bool = True, **fields: Any) -> Cadence:
    cadence = Cadence.objects.create(**{"name": f"Cadence {next(numbers)}", **fields})
    save_steps(cadence, steps or [make_step()])
    if active:
        activate(cadence)
    return cadence
