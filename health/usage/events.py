"""What the usage store takes in: one event, free of any wire format."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

COUNTED = frozenset({"track", "page", "screen"})  # the others say who somebody is, not what they do
PAGE_VIEWED = "Page viewed"
SCREEN_VIEWED = "Screen viewed"
ANONYMOUS = "anonymous:"

_EMPTY = msgspec.Raw(b"{}")


class UsageEvent(msgspec.Struct, gc=False):
    """`group` is the external id of the customer that the event itself names, if it does."""

    message_id: str
    occurred_at: datetime
    received_at: datetime
    kind: str
    event: str
    user: str | None
    group: str | None = None
    client_at: datetime | None = None
    properties: msgspec.Raw = _EMPTY
    customer: UUID | None = None
    person: str | None = None  # the user after aliases
    previous: tuple[str, ...] = ()  # other names of the same user

    @property
    def counts(self) -> bool:
        return self.kind in COUNTED

    @property
    def places_user(self) -> bool:
        """Says that its user belongs to the customer it names, beyond this one event."""
        return self.group is not None and self.kind in ("group", "identify")


def message_key(message_id: str) -> str:
    """What de-duplicates: 128 bits, whatever the length of the id."""
    return hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest()
