"""Doing one job: claim it, run its handler, mark it. Any number of workers may try the same job at once."""

from __future__ import annotations

import random
import traceback
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from accounts.jobs import SCOPED_LEASE, JobKind, handlers, recurring_jobs, schedule_next
from accounts.models import Job, JobState, Tenant
from accounts.services.statistics import refresh_statistics, report_writes
from accounts.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
KEPT = timedelta(days=14)
FORGOTTEN_AT_ONCE = 5000


class Outcome(StrEnum):
    DONE = "done"
    RETRY = "retry"
    DEAD = "dead"
    SKIPPED = "skipped"  # somebody else has it, or it is not due


class ClaimLost(Exception):
    """The claim expired and somebody else has the job: what this run wrote must not stay."""


def run_job(tenant: Tenant, job_id: UUID | str) -> Outcome:
    """Claim the job and do it; a message that comes twice, or late, does nothing."""
    with tenant_scope(tenant):
        job = _claim(job_id)
    if job is None:
        return Outcome.SKIPPED
    kind = handlers.get(job.kind)
    try:
        if kind is None:
            raise LookupError(f"no handler for jobs of kind {job.kind!r}")
        if job.attempts > MAX_ATTEMPTS:
            raise RuntimeError("the worker was lost each time")
        refresh_statistics()
        _perform(tenant, kind, job)
    except ClaimLost:
        log.warning("job.claim_lost", kind=job.kind, job=str(job.pk))
        return Outcome.SKIPPED
    except Exception as error:
        return _failed(tenant, job, error)
    return Outcome.DONE


def _claim(job_id: UUID | str) -> Job | None:
    """Committed before the work starts; `attempts` fences every later write of this claim."""
    now = timezone.now()
    waiting = Job.objects.select_for_update().filter(pk=job_id, state=JobState.DUE, run_at__lte=now)
    job: Job | None = waiting.first()
    if job is not None:
        lease = handlers[job.kind].lease if job.kind in handlers else SCOPED_LEASE
        job.state, job.attempts, job.lease_until = JobState.CLAIMED, job.attempts + 1, now + lease
        job.save(update_fields=["state", "attempts", "lease_until"])
    return job


def _perform(tenant: Tenant, kind: JobKind, job: Job) -> None:
    """A scoped handler's writes and the mark that it is done are one transaction."""
    if kind.opens_own_scopes:
        result = kind.run(job)
        with tenant_scope(tenant):
            _done(tenant, job, result)
        return
    with tenant_scope(tenant):
        _show_life(job)
        _done(tenant, job, kind.run(job))
        report_writes()


def _show_life(job: Job) -> None:
    """An advisory lock for as long as the transaction lives: the pump leaves an expired claim alone that has one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [str(job.pk)])
        if not cursor.fetchone()[0]:
            raise ClaimLost


def _done(tenant: Tenant, job: Job, result: Any) -> None:
    now = timezone.now()
    claim = Job.objects.filter(pk=job.pk, state=JobState.CLAIMED, attempts=job.attempts)
    mark = {"lease_until": None, "result": result if isinstance(result, dict) else None, "error": ""}
    if not claim.filter(run_at=job.run_at).update(state=JobState.DONE, progress=100, finished_at=now, **mark):
        again = {"state": JobState.DUE, "attempts": 0, "progress": 0}  # asked for once more meanwhile
        if not claim.update(**again, **mark):
            raise ClaimLost
    if job.kind in recurring_jobs:
        schedule_next(tenant, job.kind)


def _failed(tenant: Tenant, job: Job, error: Exception) -> Outcome:
    """Due again later, or dead with the reason. If not even that can be written, the lease runs out."""
    log.warning("job.failed", kind=job.kind, job=str(job.pk), attempt=job.attempts, exc_info=error)
    connection.close_if_unusable_or_obsolete()
    with tenant_scope(tenant):
        claim = Job.objects.filter(pk=job.pk, state=JobState.CLAIMED, attempts=job.attempts)
        mark = {"lease_until": None, "error": _reason(error)}
        if not claim.filter(run_at=job.run_at).exists():
            claim.update(state=JobState.DUE, attempts=0, **mark)
            return Outcome.RETRY
        if job.attempts < MAX_ATTEMPTS:
            claim.update(state=JobState.DUE, run_at=_retry_at(job.attempts), **mark)
            return Outcome.RETRY
        claim.update(state=JobState.DEAD, finished_at=timezone.now(), **mark)
        if job.kind in recurring_jobs:
            schedule_next(tenant, job.kind)
        return Outcome.DEAD


def forget_old_jobs() -> int:
    """Delete what was done long ago, some thousands at a time; how many there were. Failed ones stay."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=timezone.now() - KEPT)
    ids = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return int(Job.objects.filter(pk__in=ids).delete()[0])


def _retry_at(attempts: int) -> datetime:
    """5 s, 20 s, 80 s … at most an hour, spread by a fifth so that failures do not come back in step."""
    wait = min(FIRST_RETRY * 4 ** (attempts - 1), LONGEST_RETRY)
    return timezone.now() + wait * random.uniform(0.9, 1.1)  # noqa: S311


def _reason(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)
    place = f" ({where[-1].filename.rsplit('/', 1)[-1]}:{where[-1].lineno})" if where else ""
    return f"{type(error).__name__}: {error}{place}"[:2000].replace("\x00", "")
