"""One event: its fields as the clients send them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from integrations.models.dead_letter import Reason
from integrations.wire.refused import Refused

KINDS = frozenset({"track", "identify", "group", "page", "screen", "alias"})
MOST_BYTES = 32 * 1024
MOST_NESTED = 64
MOST_TEXT = 200
MOST_MESSAGE_ID = 300
EMPTY = msgspec.Raw(b"{}")
Name = str | int | None


class Context(msgspec.Struct, gc=False):
    groupId: Name = None
    traits: msgspec.Raw = EMPTY
    locale: Any = None
    timezone: Any = None


class Call(msgspec.Struct, gc=False):
    """One event as the clients send it; what is not named here is ignored."""

    type: str | None = None
    messageId: Name = None
    userId: Name = None
    anonymousId: Name = None
    event: str | None = None
    name: str | None = None
    category: Any = None
    groupId: Name = None
    previousId: Name = None
    properties: msgspec.Raw = EMPTY
    traits: msgspec.Raw = EMPTY
    timestamp: str | None = None
    originalTimestamp: str | None = None
    context: Context | None = None


_calls = msgspec.json.Decoder(Call)


def read_calls(events: Iterable[msgspec.Raw]) -> Iterator[tuple[msgspec.Raw, Call | Refused]]:
    """Each event with its fields, or with the reason why it has none."""
    for raw in events:
        try:
            yield raw, read_call(raw)
        except Refused as refused:
            yield raw, refused


def read_call(raw: msgspec.Raw) -> Call:
    """Raises Refused."""
    text = bytes(raw)
    if len(text) > MOST_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(text)} bytes")
    try:
        call = _calls.decode(raw)
    except msgspec.ValidationError as error:
        raise Refused(Reason.INVALID, str(error)[:300]) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused(Reason.INVALID, str(error)[:300]) from error
    if text.count(b"{") + text.count(b"[") > MOST_NESTED or b"\\u0000" in text:
        _check_values(text)
    return call


def _check_values(text: bytes) -> None:
    try:
        _check(json.loads(text, parse_float=str, parse_int=str), 0)
    except RecursionError as error:
        raise Refused(Reason.TOO_DEEP) from error


def _check(value: Any, depth: int) -> None:
    if depth > MOST_NESTED:
        raise Refused(Reason.TOO_DEEP)
    if isinstance(value, str):
        if "\x00" in value:
            raise Refused(Reason.BAD_TEXT)
    elif isinstance(value, dict):
        for key, each in value.items():
            _check(key, depth)
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)


def name_of(value: Name, field: str, most: int = MOST_TEXT) -> str | None:
    """An id as text; null and the empty string are absent."""
    text = "" if value is None else str(value).strip()
    if len(text) > most:
        raise Refused(Reason.TOO_LONG, f"{field}: more than {most} characters")
    return text or None
