"""The durable queue: a row per piece of work, claimed by conditional UPDATE, run at least once.

`enqueue` belongs to the caller's transaction: the change and the work that follows commit together.
A handler is called inside the tenant's scope; it must be repeatable, because a worker may die after its work
and before its row says done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Job, JobState, Tenant
from accounts.tenancy.scope import current_tenant

Handler = Callable[[Job], Any]


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


handlers: dict[str, Handler] = {}
unscoped: set[str] = set()
recurring_jobs: dict[str, Recurring] = {}
nudges: list[Callable[[Tenant, Job], None]] = []  # the queue's transport registers itself here


def job_handler(kind: str, *, opens_own_scopes: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind.

    With `opens_own_scopes` it is called outside a scope and opens short ones itself (network I/O, long work
    with visible progress).
    """

    def register(handler: Handler) -> Handler:
        handlers[kind] = handler
        if opens_own_scopes:
            unscoped.add(kind)
        return handler

    return register


def recurring(kind: str, *, hour: int, minute: int = 0, weekday: int | None = None) -> None:
    """Declare that jobs of this kind are due every day (or week) at this local time for every tenant."""
    recurring_jobs[kind] = Recurring(kind, time(hour, minute), weekday)


def enqueue(kind: str, *, key: str, payload: dict[str, Any] | None = None, run_at: datetime | None = None) -> Job:
    """The job with this key, made if there is none; a finished or failed one of the same key becomes due again."""
    if kind not in handlers:
        raise LookupError(f"no handler for jobs of kind {kind!r}")
    job, created = Job.objects.get_or_create(
        kind=kind, key=key, defaults={"payload": payload or {}, "run_at": run_at or timezone.now()}
    )
    if not created:
        _make_due_again(job, payload or {}, run_at or timezone.now())
    tenant = current_tenant()
    transaction.on_commit(lambda: [nudge(tenant, job) for nudge in nudges])
    return job


def _make_due_again(job: Job, payload: dict[str, Any], run_at: datetime) -> None:
    again = {"state": JobState.DUE, "payload": payload, "run_at": run_at, "attempts": 0, "progress": 0}
    reset = {"lease_until": None, "result": None, "error": "", "finished_at": None}
    finished = Job.objects.filter(pk=job.pk, state__in=[JobState.DONE, JobState.DEAD])
    if finished.update(**again, **reset):
        job.refresh_from_db()


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
    _, created = Job.objects.get_or_create(
        kind=kind, key=key, defaults={"payload": payload or {}, "run_at": run_at}
    )
    return bool(created)
