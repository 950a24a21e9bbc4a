"""The durable queue: a row per piece of work, claimed by conditional UPDATE, run at least once.

`enqueue` belongs to the caller's transaction: the change and the work that follows commit together.
A handler is called inside the tenant's scope, and what it writes commits together with the mark that it is done;
it must still be repeatable, because a worker may die before that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Job, Tenant
from accounts.tenancy.scope import current_tenant

Handler = Callable[[Job], Any]
Merge = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class JobKind:
    """How jobs of a kind are done. A lost worker's claim is free again `lease` after it was made."""

    run: Handler
    opens_own_scopes: bool
    lease: timedelta


@dataclass(frozen=True)
class Recurring:
    """A job that is due each day at a local time, in the tenant's zone."""

    kind: str
    at: time
    weekday: int | None = None  # ISO: Monday is 1

    def next_after(self, tenant: Tenant, moment: datetime) -> datetime:
        """The first local occurrence after the moment; a time that DST skips falls on the hour that follows."""
        day = moment.astimezone(tenant.zone).date()
        while True:
            run_at = datetime.combine(day, self.at, tzinfo=tenant.zone)
            if run_at > moment and self.weekday in (None, day.isoweekday()):
                return run_at.astimezone(tenant.zone)
            day += timedelta(days=1)


handlers: dict[str, JobKind] = {}
recurring_jobs: dict[str, Recurring] = {}
recomputations: dict[str, str] = {}
SCOPED_LEASE = timedelta(seconds=15)  # until the handler's transaction shows its life by a lock
nudges: list[Callable[[Tenant, Job], None]] = []  # the queue's transport registers itself here


def job_handler(
    kind: str, *, opens_own_scopes: bool = False, lease: timedelta | None = None
) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; a dict that it returns becomes the job's `result`.

    With `opens_own_scopes` it is called outside a scope and opens short ones itself (network I/O, long work
    with visible progress). Such a claim ends with its lease, which `report_progress` renews.
    """
    usual = timedelta(minutes=11) if opens_own_scopes else SCOPED_LEASE

    def register(handler: Handler) -> Handler:
        handlers[kind] = JobKind(handler, opens_own_scopes, lease or usual)
        return handler

    return register


def recurring(kind: str, *, hour: int, minute: int = 0, weekday: int | None = None) -> None:
    """Declare that jobs of this kind are due every day (or week) at this local time for every tenant."""
    recurring_jobs[kind] = Recurring(kind, time(hour, minute), weekday)


def recomputable(what: str, *, kind: str) -> None:
    """Let `POST /recompute {"what": …}` enqueue this kind; payload {"from": day | None, "to": day | None}."""
    recomputations[what] = kind


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    run_at: datetime | None = None,
    merge: Merge | None = None,
) -> Job:
    """The job with this key, made if there is none; a finished or failed one becomes due again.

    One that is waiting stays and takes the new payload, one that is running runs once more: whatever the caller's
    transaction wrote is seen by a run that starts after it has committed. Where an unfinished run's payload must not
    be lost, `merge(old, new)` makes one of the two.
    """
    if kind not in handlers:
        raise LookupError(f"no handler for jobs of kind {kind!r}")
    moment = run_at or timezone.now()
    job, created = Job.objects.get_or_create(kind=kind, key=key, defaults={"payload": payload or {}, "run_at": moment})
    if not created:
        if merge is not None:
            _lock(job)
            payload = merge(job.payload, payload or {}) if job.is_unfinished else payload
        _want_again(job, payload or {}, moment)
    tenant = current_tenant()
    transaction.on_commit(lambda: [nudge(tenant, job) for nudge in nudges])
    return job


# A run that was asked for while another is under way shows as a later `run_at` than the claimed one.
_AGAIN = """
UPDATE accounts_job SET
    payload = %(payload)s::jsonb,
    run_at = CASE state WHEN 'due' THEN least(run_at, %(run_at)s)
                        WHEN 'claimed' THEN greatest(run_at + interval '1 microsecond', %(run_at)s)
                        ELSE %(run_at)s END,
    attempts = CASE WHEN state IN ('done', 'dead') THEN 0 ELSE attempts END,
    lease_until = CASE WHEN state IN ('done', 'dead') THEN NULL ELSE lease_until END,
    progress = CASE WHEN state IN ('done', 'dead') THEN 0 ELSE progress END,
    result = CASE WHEN state IN ('done', 'dead') THEN NULL ELSE result END,
    error = CASE WHEN state IN ('done', 'dead') THEN '' ELSE error END,
    finished_at = NULL,
    state = CASE WHEN state IN ('done', 'dead') THEN 'due' ELSE state END
WHERE id = %(id)s AND (state <> 'due' OR payload <> %(payload)s::jsonb OR run_at > %(run_at)s)
"""
# Held until commit, so that the waiting job cannot be claimed before the caller's change is visible to it.
_HOLD = "SELECT 1 FROM accounts_job WHERE id = %(id)s AND state = 'due' FOR SHARE"


def _want_again(job: Job, payload: dict[str, Any], run_at: datetime) -> None:
    wanted: dict[str, Any] = {"id": job.pk, "payload": json.dumps(payload), "run_at": run_at}
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_AGAIN, wanted)
            if cursor.rowcount:
                break
            cursor.execute(_HOLD, wanted)
            if cursor.fetchone():
                break
    job.refresh_from_db()


def _lock(job: Job) -> None:
    job.refresh_from_db(from_queryset=Job.objects.select_for_update())


def report_progress(job: Job, percent: int) -> None:
    """Show how far the job is and renew its lease; needs the scope open, outside the handler's main transaction."""
    lease_until = timezone.now() + handlers[job.kind].lease
    claim = Job.objects.filter(pk=job.pk, state="claimed", attempts=job.attempts)
    claim.update(progress=max(0, min(percent, 100)), lease_until=lease_until)


def ensure_recurring(tenant: Tenant) -> None:
    """Materialise the next run of everything recurring; repeating it changes nothing. Needs the scope open."""
    for each in recurring_jobs.values():
        schedule_next(tenant, each.kind)


def schedule_next(tenant: Tenant, kind: str) -> None:
    """Insert the next local run of a recurring job, once."""
    run_at = recurring_jobs[kind].next_after(tenant, timezone.now())
    day = run_at.astimezone(tenant.zone).date()
    enqueue_once(kind, key=f"{day}", run_at=run_at)


def enqueue_once(kind: str, *, key: str, run_at: datetime, payload: dict[str, Any] | None = None) -> bool:
    """Insert the job unless one with this key was ever made; says whether it was."""
    _, created = Job.objects.get_or_create(kind=kind, key=key, defaults={"payload": payload or {}, "run_at": run_at})
    return bool(created)
