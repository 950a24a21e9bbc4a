"""The inbox of the event stream: a post is committed as it came and answered; a sweep stores its events within a second.

One post or many, small or large, all go this way: the answer waits for one row, the sweep writes big batches, and
because it runs alone in its tenant, de-duplication, attribution and rollups have no races to lose.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import DatabaseError, connection, transaction

from accounts.tenancy.scope import current_tenant
from health.usage import people, running, writer
from health.usage.events import UsageEvent
from integrations.meaning import Arrival, companies, persons, usage_event
from integrations.models.dead_letter import Reason
from integrations.services.dead_letters import bury
from integrations.services.identities import ensure_contacts, ensure_customers
from integrations.wire.call import KINDS, Call, read_calls
from integrations.wire.post import Post, read_post
from integrations.wire.refused import Refused
from integrations.wire.times import clock_error

log = structlog.get_logger(__name__)

MOST_WAITING = 64_000_000  # characters per tenant; beyond that clients are asked to come again
AT_ONCE = 2_000_000  # characters that one run of the sweep takes on


_looked: dict[int, tuple[float, bool]] = {}


def is_full() -> bool:
    """As of a second ago at most: a limit for hours without a worker, not for a moment."""
    tenant, now = current_tenant().pk, time.monotonic()
    looked_at, full = _looked.get(tenant, (-1.0, False))
    if now - looked_at > 1:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(size), 0) > %s FROM integrations_inbox", [MOST_WAITING])
            full = bool(cursor.fetchone()[0])
        _looked[tenant] = (now, full)
    return full


def accept(call: str, body: bytes, post: Post, received_at: datetime) -> None:
    """Keep the post; durable when the caller's transaction has committed. What nobody could decode is set aside."""
    bury(call, [(raw.decode(), why) for raw, why in post.hopeless], received_at)
    if post.hopeless:
        body = _body(post.events, post.sent_at).encode()
    if post.events:
        put(call, body.decode(), received_at)


def put(call: str, body: str, received_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_inbox (call, body, size, received_at) VALUES (%s, %s, %s, %s)",
            [call, body, len(body), received_at],
        )


@dataclass(frozen=True)
class Waiting:
    """A post taken from the inbox."""

    id: UUID
    call: str
    body: str
    received_at: datetime


_TAKE = """
DELETE FROM integrations_inbox WHERE id IN (
    SELECT id FROM (
        SELECT id, size, sum(size) OVER (ORDER BY id) AS so_far FROM integrations_inbox ORDER BY id LIMIT 2000
    ) oldest WHERE so_far - size < %s
) RETURNING id, call, body, received_at
"""


def drain() -> int:
    """Store the events of the oldest posts; how many posts they were."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [AT_ONCE])
        posts = sorted((Waiting(*row) for row in cursor.fetchall()), key=lambda post: post.id)
    if posts:
        _store_or_bury(posts)
    return len(posts)


def _store_or_bury(posts: list[Waiting]) -> None:
    """What Postgres refuses must neither be lost nor stop the rest: halve until one event stands alone."""
    try:
        with transaction.atomic():
            store(posts)
    except DatabaseError as error:
        if _is_passing(error):
            raise
        halves = _halves(posts)
        for half in halves:
            _store_or_bury(half)
        if not halves:
            _bury_alone(posts[0], error)


def _is_passing(error: DatabaseError) -> bool:
    """Deadlocks, lost connections, full disks: the sweep tries again."""
    code = getattr(error.__cause__, "pgcode", None) or ""
    return not code.startswith(("22", "23", "54"))


def _halves(posts: list[Waiting]) -> list[list[Waiting]]:
    """Half of the posts, or of the only post's events, each; nothing of a single event."""
    if len(posts) > 1:
        middle = len(posts) // 2
        return [posts[:middle], posts[middle:]]
    post = posts[0]
    read = read_post(post.call, post.body.encode())
    middle = len(read.events) // 2
    parts = [read.events[:middle], read.events[middle:]] if middle else []
    return [[replace(post, body=_body(part, read.sent_at))] for part in parts]


def _body(events: list[msgspec.Raw], sent_at: Any) -> str:
    return msgspec.json.encode({"batch": events, "sentAt": sent_at}).decode()


def _bury_alone(post: Waiting, error: DatabaseError) -> None:
    log.error("inbox.event_failed", post=str(post.id), error=str(error))
    why = Refused(Reason.FAILED, str(error).splitlines()[0][:300])
    events = read_post(post.call, post.body.encode()).events
    bury(post.call, [(bytes(raw).decode(), why) for raw in events], post.received_at)


def store(posts: list[Waiting]) -> None:
    """Everything the posts say, in the caller's transaction."""
    understood: list[tuple[Call, UsageEvent]] = []
    for post in posts:
        understood += _understand(post)
    new = {id(event) for event in writer.unseen(event for _, event in understood)}
    fresh = [pair for pair in understood if id(pair[1]) in new]
    if not fresh:
        return
    customers = ensure_customers(companies(fresh).values())
    changed = writer.store([event for _, event in fresh], customers)
    known = persons(fresh)
    names = {event.user: event.person for _, event in fresh if event.user in known}
    homes = people.homes(name for name in names.values() if name)
    ensure_contacts(known.values(), {user: homes[who] for user, who in names.items() if user and who in homes})
    if changed:
        running.mark_stale(changed)


def _understand(post: Waiting) -> list[tuple[Call, UsageEvent]]:
    """The post's events; those that mean nothing are set aside."""
    body = post.body.encode()
    read = read_post(post.call, body)
    clock = timedelta(0) if post.call == "import" else clock_error(read.sent_at, post.received_at)
    arrival = Arrival(post.received_at, str(read.sent_at or ""), clock)
    events: list[tuple[Call, UsageEvent]] = []
    refused: list[tuple[str, Refused]] = []
    for raw, call in read_calls(read.events):
        try:
            if isinstance(call, Refused):
                raise call
            if post.call in KINDS:
                call.type = post.call
            events.append((call, usage_event(call, raw, arrival)))
        except Refused as why:
            refused.append((bytes(raw).decode(), why))
    if refused:
        bury(post.call, refused, post.received_at)
    return events
