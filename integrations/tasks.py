"""Time and queue of the event stream."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.jobs import job_handler, recurring
from accounts.models import Job
from accounts.sweeps import sweep
from integrations.services import dead_letters, inbox

TIDY = "events.tidy"
WAITING = "SELECT DISTINCT tenant_id FROM integrations_inbox"


@sweep("events.inbox", waiting=WAITING)
def drain_inbox() -> int:
    return inbox.drain()


@job_handler(TIDY)
def forget_old_dead_letters(job: Job) -> dict[str, Any]:
    return {"deleted": dead_letters.tidy(timezone.now())}


recurring(TIDY, hour=3)
