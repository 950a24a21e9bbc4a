"""Time and queue of the event stream."""

from __future__ import annotations

from accounts.sweeps import sweep
from integrations.services import inbox

WAITING = "SELECT DISTINCT tenant_id FROM integrations_inbox"


@sweep("events.inbox", waiting=WAITING)
def drain_inbox() -> int:
    return inbox.drain()
