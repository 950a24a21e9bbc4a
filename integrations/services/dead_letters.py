"""Events that were refused inside accepted batches: kept with their reason, shown, replayed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from integrations.models import DeadLetter, InboxPost
from integrations.wire.call import KINDS
from integrations.wire.post import Malformed, read_post
from integrations.wire.refused import Refused

KEPT = timedelta(days=90)
MOST_KEPT = 64 * 1024  # characters of one event


def bury(call: str, refused: Iterable[tuple[str, Refused]], received_at: datetime) -> int:
    """How many events were set aside."""
    letters = [
        DeadLetter(
            reason=why.reason,
            detail=why.detail[:300],
            message_id=_message_id(payload),
            call=call,
            payload=payload[:MOST_KEPT],
            received_at=received_at,
        )
        for payload, why in refused
    ]
    DeadLetter.objects.bulk_create(letters)
    return len(letters)


class _Named(msgspec.Struct):
    messageId: str | int | None = None


def _message_id(payload: str) -> str:
    try:
        named = msgspec.json.decode(payload, type=_Named)
    except (msgspec.MsgspecError, RecursionError):
        return ""
    return str(named.messageId or "").replace("\x00", "")[:300]


def tidy(today: datetime) -> int:
    """Forget what nobody replayed in time, and what was replayed; how many letters those were."""
    deleted, _ = DeadLetter.objects.filter(received_at__lt=today - KEPT).delete()
    return deleted


class NotReplayable(ValueError):
    """The event is no JSON that anybody could store, now or later."""


def replay(letter: DeadLetter) -> bool:
    """Put the event into the inbox again; if it is still refused, a new dead letter says why.

    True for the call that did it: a letter is replayed once. Raises NotReplayable.
    """
    call = letter.call
    body = letter.payload if call in KINDS else f'{{"batch":[{letter.payload}]}}'
    try:
        if read_post(call, body.encode()).hopeless:
            raise NotReplayable(letter.reason)
    except Malformed as error:
        raise NotReplayable(str(error)) from error
    replayed = DeadLetter.objects.filter(pk=letter.pk, replayed_at=None).update(replayed_at=timezone.now())
    if replayed:
        InboxPost.objects.create(call=call, body=body, size=len(body), received_at=letter.received_at)
    return bool(replayed)
