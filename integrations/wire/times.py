"""When an event happened, by a clock that may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.models.dead_letter import Reason
from integrations.wire.refused import Refused

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(seconds=60)  # less than this is the time the post was under way


def moment_of(text: str | None, field: str) -> datetime | None:
    """ISO 8601; without an offset it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused(Reason.BAD_TIMESTAMP, f"{field}: {text[:60]}") from error


def clock_error(sent_at: Any, received_at: datetime) -> timedelta:
    """How far the client's clock is behind ours, when by more than a post takes; an unreadable time says nothing."""
    if not isinstance(sent_at, str):
        return timedelta(0)
    try:
        sent = moment_of(sent_at, "sentAt")
        error = received_at - sent if sent else timedelta(0)
    except (Refused, OverflowError):
        return timedelta(0)
    return error if abs(error) > CLOCK_TOLERANCE else timedelta(0)


def occurred_at(client_at: datetime | None, received_at: datetime, clock: timedelta) -> datetime:
    """The client's time, set right by its clock's error. Raises Refused when no clock can mean it."""
    if client_at is None:
        return received_at
    try:
        moment = (client_at + clock).astimezone(UTC)
    except OverflowError as error:
        raise Refused(Reason.OUT_OF_RANGE, client_at.isoformat()) from error
    if not EARLIEST <= moment <= received_at + FURTHEST_AHEAD:
        raise Refused(Reason.OUT_OF_RANGE, client_at.isoformat())
    return moment
