"""A post as a whole: JSON or not, and which of its events no decoder takes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from integrations.models.dead_letter import Reason
from integrations.wire.call import KINDS
from integrations.wire.refused import Refused

CALLS = KINDS | {"batch", "import"}


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
class Post:
    """A well-formed post: its events as raw JSON, those that nobody could decode apart."""

    events: list[msgspec.Raw]
    hopeless: list[tuple[bytes, Refused]]
    sent_at: Any
    write_key: Any


_envelopes = msgspec.json.Decoder(Envelope)
_singles = msgspec.json.Decoder(Single)


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
