"""Segment's wire format: what a post may look like, and what one event of it means. Needs no database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from integrations.models.dead_letter import Reason

KINDS = frozenset({"track", "identify", "group", "page", "screen", "alias"})
CALLS = KINDS | {"batch", "import"}
MOST_BYTES = 32 * 1024
MOST_NESTED = 64
MOST_TEXT = 200
MOST_MESSAGE_ID = 300
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(seconds=60)  # less than this is the time the post was under way

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


class Envelope(msgspec.Struct):
    batch: list[msgspec.Raw]
    sentAt: Any = None
    writeKey: Any = None


class Single(msgspec.Struct):
    sentAt: Any = None
    writeKey: Any = None


class Malformed(ValueError):
    """The post as a whole is no JSON, or not of the shape the calls share."""


@dataclass(frozen=True)
class Refused(Exception):
    """An event that cannot be stored, and why."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Post:
    """A well-formed post: its events as raw JSON, those that nobody could decode apart."""

    events: list[msgspec.Raw]
    hopeless: list[tuple[bytes, Refused]]
    sent_at: Any
    write_key: Any


_envelopes = msgspec.json.Decoder(Envelope)
_singles = msgspec.json.Decoder(Single)
_calls = msgspec.json.Decoder(Call)


def read_post(call: str, body: bytes) -> Post:
    """Raises Malformed. Text must be UTF-8; events that hold what no decoder takes are set apart."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8.") from error
    try:
        if call in KINDS:
            head = _singles.decode(body)
            return Post([msgspec.Raw(body)], [], head.sentAt, head.writeKey)
        envelope = _envelopes.decode(body)
        return Post(envelope.batch, [], envelope.sentAt, envelope.writeKey)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        return _read_with_care(call, body, error)


def _read_with_care(call: str, body: bytes, cause: BaseException) -> Post:
    """Take apart by hand what the decoder refused: one event may be to blame, or the whole post may be no JSON."""
    if call in KINDS:
        return Post([], [(body, _why_hopeless(body, cause))], None, _loose(body).get("writeKey"))
    start, spans = _spans_of_batch(body)
    if start is None:
        raise Malformed(str(cause)) from cause
    events, hopeless = [], []
    for begin, end in spans:
        raw = body[begin:end].strip()
        try:
            msgspec.json.decode(raw, type=msgspec.Raw)
            events.append(msgspec.Raw(raw))
        except (msgspec.DecodeError, RecursionError) as error:
            hopeless.append((raw, _why_hopeless(raw, error)))
    head = _loose(body[:start] + body[spans[-1][1] :] if spans else body)
    return Post(events, hopeless, head.get("sentAt"), head.get("writeKey"))


def _why_hopeless(raw: bytes, cause: BaseException) -> Refused:
    """JSON by its grammar, yet refused: half a surrogate pair or depth. Anything else spoils the whole post."""
    try:
        json.loads(raw, parse_constant=_no_constant)
    except RecursionError:
        return Refused(Reason.TOO_DEEP)
    except ValueError as error:
        raise Malformed(str(cause)) from error
    return Refused(Reason.BAD_TEXT)


def _loose(body: bytes) -> dict[str, Any]:
    try:
        head = json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        return {}
    except ValueError as error:
        raise Malformed(str(error)) from error
    return head if isinstance(head, dict) else {}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{},]')


def _spans_of_batch(body: bytes) -> tuple[int | None, list[tuple[int, int]]]:
    """Where the elements of the top-level array `batch` begin and end, without recursion."""
    depth, begin, start = 0, 0, None
    spans: list[tuple[int, int]] = []
    last = b""
    for token in _TOKEN.finditer(body):
        mark = token[0]
        if mark in b"[{":
            if depth == 1 and start is None and mark == b"[" and last == b'"batch"':
                start = begin = token.end()
            depth += 1
        elif mark in b"]}":
            depth -= 1
            if start is not None and depth == 1:
                if body[begin : token.start()].strip() or spans:
                    spans.append((begin, token.start()))
                return start, spans
        elif mark == b"," and depth == 2 and start is not None:
            spans.append((begin, token.start()))
            begin = token.end()
        last = mark
    return None, spans


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
