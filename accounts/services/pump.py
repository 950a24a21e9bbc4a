"""The pump: finds what is due in every tenant and sends its ids to the workers.

It keeps nothing in memory that matters; any number may run. A due row is published once and again only when
`REPUBLISH` has passed without anybody claiming it, because the broker may have lost the message.
"""

from __future__ import annotations

import os
import socket
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.utils import timezone

from accounts.jobs import ensure_recurring
from accounts.models import PumpBeat, Tenant
from accounts.queues import Queue, queues
from accounts.sweeps import Sweep, sweeps
from accounts.tasks import UNREACHABLE, messages_waiting, publish, run_sweep
from accounts.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

DISPATCH = "dispatch"
BATCH = 200
MOST_WAITING = 100  # messages at the broker: enough for the workers, and a backlog stays in Postgres
CANDIDATES = 5000  # the oldest due rows, of which each tenant gets its turn
REPUBLISH = timedelta(seconds=settings.PUMP_REPUBLISH_SECONDS)
HEAD_START = timedelta(seconds=0.5)  # for the nudge that follows the commit
SWEEP_PAUSE = 0.9
BEAT_PAUSE = 5.0
SCHEDULE_PAUSE = 3600.0

# One row of each tenant, then a second one of each, and so on; rows that another pump has locked are left to it.
_PUBLISH = """
WITH candidates AS (
    SELECT id, run_at, row_number() OVER (PARTITION BY tenant_id ORDER BY run_at) AS place FROM (
        SELECT id, tenant_id, run_at FROM {table}
        WHERE state = 'due' AND run_at <= %(ready)s AND (lease_until IS NULL OR lease_until < %(now)s)
        ORDER BY run_at LIMIT {candidates}
    ) oldest
), chosen AS (
    SELECT q.id FROM {table} q JOIN candidates c ON c.id = q.id
    WHERE q.state = 'due' AND (q.lease_until IS NULL OR q.lease_until < %(now)s)
    ORDER BY c.place, c.run_at LIMIT %(most)s
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE {table} SET lease_until = %(until)s WHERE id IN (SELECT id FROM chosen) RETURNING id, tenant_id
"""
_UNPUBLISH = "UPDATE {table} SET lease_until = NULL WHERE id = ANY(%(ids)s::uuid[]) AND state = 'due'"
# A scoped job holds an advisory lock while its transaction lives; then the worker is only slow.
_EXPIRE = """
WITH expired AS MATERIALIZED (
    SELECT id FROM {table} WHERE state = 'claimed' AND lease_until < %(now)s LIMIT {batch} FOR UPDATE SKIP LOCKED
)
UPDATE {table} SET state = %(expired)s, lease_until = NULL
WHERE id IN (SELECT id FROM expired WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 0)))
RETURNING id, tenant_id
"""
_LOOK = """
SELECT count(*) FILTER (WHERE state = 'due' AND run_at <= %(now)s),
       count(*) FILTER (WHERE state = 'claimed'),
       count(*) FILTER (WHERE state = 'unsure'),
       min(run_at) FILTER (WHERE state = 'due' AND run_at <= %(now)s),
       min(run_at) FILTER (WHERE state = 'due' AND run_at <= %(now)s AND lease_until IS NULL)
FROM (
    SELECT state, run_at, lease_until FROM {table} WHERE state IN ('due', 'claimed', '{expired}')
    ORDER BY run_at LIMIT 20000
) q
"""


@dataclass
class Pump:
    """Call `tick` about twice a second. Any trouble with Postgres comes out as an exception and is safe to repeat."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    started_at: datetime = field(default_factory=timezone.now)
    published: int = 0
    expired: int = 0
    _next: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def tick(self) -> int:
        """How many rows were published."""
        for queue in queues.values():
            self.expired += len(expire(queue))
        room = _room()
        if self._is_time("sweeps", SWEEP_PAUSE) and room > -MOST_WAITING:
            self._sweep()
        sent = 0
        for queue in queues.values():
            sent += self._publish(queue, room - sent)
        if self._is_time("schedule", SCHEDULE_PAUSE):
            ensure_recurring_everywhere()
        if self._is_time("beat", BEAT_PAUSE):
            self.beat()
        self.published += sent
        return sent

    def _is_time(self, what: str, pause: float) -> bool:
        if time.monotonic() < self._next[what]:
            return False
        self._next[what] = time.monotonic() + pause
        return True

    def _publish(self, queue: Queue, room: int) -> int:
        rows = take(queue, room) if room > 0 else []
        for sent, (row_id, tenant_id) in enumerate(rows):
            try:
                publish(queue.task, tenant_id, str(row_id))
            except UNREACHABLE as error:
                log.warning("broker.unreachable", error=str(error))
                put_back(queue, [row[0] for row in rows[sent:]])
                return sent
        return len(rows)

    def _sweep(self) -> None:
        for each in sweeps.values():
            for tenant_id in waiting_tenants(each):
                try:
                    publish(run_sweep, tenant_id, each.name)
                except UNREACHABLE as error:
                    log.warning("broker.unreachable", error=str(error))
                    return

    def beat(self) -> None:
        """Write the sign of life that /readyz and /metrics read."""
        figures: dict[str, Any] = {name: look(queue) for name, queue in queues.items()}
        lag = max((each.pop("unpublished_seconds") for each in figures.values()), default=0.0)
        figures |= {"published": self.published, "expired": self.expired}
        seen = {"beat_at": timezone.now(), "lag_seconds": lag, "figures": figures}
        beats = PumpBeat.objects.using(DISPATCH)
        beats.update_or_create(name=self.name, defaults=seen, create_defaults={"started_at": self.started_at, **seen})
        beats.filter(beat_at__lt=timezone.now() - timedelta(days=1)).delete()


def _room() -> int:
    """How many more messages the broker should hold; far below nothing when it cannot be asked."""
    try:
        return MOST_WAITING - messages_waiting()
    except UNREACHABLE as error:
        log.warning("broker.unreachable", error=str(error))
        return -10 * MOST_WAITING


def take(queue: Queue, most: int = MOST_WAITING) -> list[tuple[Any, int]]:
    """Mark some due rows as published and return them; two pumps never get the same row."""
    now = timezone.now()
    moments = {"now": now, "ready": now - HEAD_START, "until": now + REPUBLISH, "most": most}
    return _rows(_PUBLISH.format(table=queue.table, candidates=CANDIDATES), moments)


def put_back(queue: Queue, ids: list[Any]) -> None:
    """They did not reach the broker."""
    with transaction.atomic(using=DISPATCH), connections[DISPATCH].cursor() as cursor:
        cursor.execute(_UNPUBLISH.format(table=queue.table), {"ids": [str(each) for each in ids]})


def expire(queue: Queue) -> list[tuple[Any, int]]:
    """Give up the claims of lost workers."""
    moments = {"now": timezone.now(), "expired": queue.expired}
    lost = _rows(_EXPIRE.format(table=queue.table, batch=BATCH), moments)
    for row_id, tenant_id in lost:
        log.warning("claim.expired", queue=queue.name, row=str(row_id), tenant=tenant_id, now=queue.expired)
    return lost


def waiting_tenants(each: Sweep) -> list[int]:
    """Tenants that have something for this sweep; a sweep that cannot be asked does not stop the others."""
    try:
        return [row[0] for row in _rows(each.waiting, {"now": timezone.now()})]
    except (DatabaseError, InterfaceError):
        if not connections[DISPATCH].is_usable():
            raise
        log.exception("sweep.unreadable", sweep=each.name)
        return []


def look(queue: Queue) -> dict[str, Any]:
    """Counts (up to 20,000) and ages of what waits in a queue."""
    now = timezone.now()
    sql = _LOOK.format(table=queue.table, expired=queue.expired)
    due, claimed, unsure, oldest, unpublished = _rows(sql, {"now": now})[0]
    return {
        "due": due,
        "claimed": claimed,
        "unsure": unsure,
        "oldest_seconds": (now - oldest).total_seconds() if oldest else 0.0,
        "unpublished_seconds": (now - unpublished).total_seconds() if unpublished else 0.0,
    }


def ensure_recurring_everywhere() -> None:
    """Give each tenant the next run of every recurring job, also of those that an upgrade brought."""
    for tenant in Tenant.objects.order_by("pk").iterator():
        with tenant_scope(tenant):
            ensure_recurring(tenant)


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with transaction.atomic(using=DISPATCH), connections[DISPATCH].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
