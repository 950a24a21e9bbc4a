"""From a call on the wire to the event that is stored, and to what it says of people and companies. No database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from health.usage.events import ANONYMOUS, PAGE_VIEWED, SCREEN_VIEWED, UsageEvent
from integrations.models.dead_letter import Reason
from integrations.wire.call import EMPTY, KINDS, MOST_MESSAGE_ID, Call, name_of
from integrations.wire.refused import Refused
from integrations.wire.times import moment_of, occurred_at

_NAMES = {"page": PAGE_VIEWED, "screen": SCREEN_VIEWED}


@dataclass(frozen=True)
class Arrival:
    """What the post says about all its events."""

    received_at: datetime
    sent_at: str
    clock: timedelta


@dataclass
class Company:
    """A customer as a batch describes it; later calls win."""

    external_id: str
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Person:
    """A contact as a batch describes it; later calls win."""

    external_id: str
    traits: dict[str, Any] = field(default_factory=dict)
    locale: str = ""
    timezone: str = ""


def usage_event(call: Call, raw: msgspec.Raw, arrival: Arrival) -> UsageEvent:
    """Raises Refused with the reason and the field."""
    kind = call.type
    if kind not in KINDS:
        raise Refused(Reason.UNKNOWN_TYPE, f"type: {kind}"[:100])
    client_at = moment_of(call.timestamp or call.originalTimestamp, "timestamp")
    known = name_of(call.userId, "userId")
    anonymous = name_of(call.anonymousId, "anonymousId")
    event = UsageEvent(
        message_id=name_of(call.messageId, "messageId", MOST_MESSAGE_ID) or _derived_id(raw, client_at, arrival),
        occurred_at=occurred_at(client_at, arrival.received_at, arrival.clock),
        received_at=arrival.received_at,
        kind=kind,
        event=_event_name(call, kind),
        user=known or (ANONYMOUS + anonymous if anonymous else None),
        group=_group(call, kind),
        client_at=client_at,
        properties=_properties(call, kind),
        previous=_previous(call, kind, known, anonymous),
    )
    if event.user is None:
        raise Refused(Reason.MISSING_FIELD, "userId or anonymousId")
    return event


def _derived_id(raw: msgspec.Raw, client_at: datetime | None, arrival: Arrival) -> str:
    """The same for a repeated post. Without any time of the client's, each arrival is an event of its own."""
    time = "" if client_at else arrival.sent_at or arrival.received_at.isoformat()
    return "derived-" + hashlib.sha256(bytes(raw) + time.encode()).hexdigest()[:40]


def _event_name(call: Call, kind: str) -> str:
    if kind != "track":
        return _NAMES.get(kind, kind)
    name = name_of(call.event, "event")
    if name is None:
        raise Refused(Reason.MISSING_FIELD, "event")
    return name


def _group(call: Call, kind: str) -> str | None:
    group = name_of(call.groupId, "groupId") if kind == "group" else None
    if kind == "group" and group is None:
        raise Refused(Reason.MISSING_FIELD, "groupId")
    if group is None and call.context:
        group = name_of(call.context.groupId, "context.groupId")
    if group is None and kind == "identify":
        company = traits_of(call).get("company")
        identity = company.get("id") if isinstance(company, dict) else None
        group = name_of(identity, "traits.company.id") if isinstance(identity, str | int) else None
    return group


def _previous(call: Call, kind: str, known: str | None, anonymous: str | None) -> tuple[str, ...]:
    """Other names of the same user. An alias may mean an anonymous id or an earlier user id."""
    if kind == "identify" and known and anonymous:
        return (ANONYMOUS + anonymous,)
    if kind != "alias":
        return ()
    former = name_of(call.previousId, "previousId")
    if former is None or known is None:
        raise Refused(Reason.MISSING_FIELD, "previousId" if former is None else "userId")
    return (former, ANONYMOUS + former)


def _properties(call: Call, kind: str) -> msgspec.Raw:
    if kind in ("identify", "group"):
        return msgspec.Raw(msgspec.json.encode(traits_of(call)))
    properties = _object(call.properties, "properties")
    if kind == "track" or not (call.name or call.category):
        return call.properties if properties else EMPTY
    named = {name: value for name, value in (("name", call.name), ("category", call.category)) if value}
    return msgspec.Raw(msgspec.json.encode(named | properties))


def traits_of(call: Call) -> dict[str, Any]:
    """Top-level traits over those in the context, where RudderStack puts them."""
    given = _object(call.traits, "traits")
    return _object(call.context.traits, "context.traits") | given if call.context else given


_objects = msgspec.json.Decoder(dict[str, Any] | None)


def _object(raw: msgspec.Raw, field_name: str) -> dict[str, Any]:
    """Decoded, because only then is every number in it known to be one that others can read."""
    try:
        return _objects.decode(raw) or {}
    except (msgspec.ValidationError, RecursionError) as error:
        reason = Reason.BAD_NUMBER if "out of range" in str(error) else Reason.INVALID
        raise Refused(reason, f"{field_name}: {error}"[:300]) from error


def companies(events: Iterable[tuple[Call, UsageEvent]]) -> dict[str, Company]:
    """Every customer that the events name, with the traits of group calls, in the order of time."""
    events = list(events)
    found = {event.group: Company(event.group) for _, event in events if event.group}
    described = [pair for pair in events if pair[1].kind == "group"]
    for call, event in sorted(described, key=lambda pair: pair[1].occurred_at):
        found[event.group or ""].traits |= traits_of(call)
    return found


def persons(events: Iterable[tuple[Call, UsageEvent]]) -> dict[str, Person]:
    """Everybody whom an identify or group call names, with traits, language and time zone."""
    found: dict[str, Person] = {}
    named = [pair for pair in events if pair[1].kind in ("identify", "group")]
    for call, event in sorted(named, key=lambda pair: pair[1].occurred_at):
        if event.user is None or event.user.startswith(ANONYMOUS):
            continue
        person = found.setdefault(event.user, Person(event.user))
        if event.kind == "identify":
            person.traits |= traits_of(call)
        if call.context:
            person.locale = _string(call.context.locale) or person.locale
            person.timezone = _string(call.context.timezone) or person.timezone
    return found


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
