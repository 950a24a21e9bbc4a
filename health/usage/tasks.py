"""Time and queue of usage."""

from __future__ import annotations

from datetime import timedelta

from accounts.jobs import enqueue, job_handler, recomputable, recurring
from accounts.models import Job
from accounts.sweeps import sweep
from accounts.tenancy.scope import current_tenant
from health.services.features import RECLASSIFY
from health.services.scorecards import RESCORE
from health.usage import history, partitions, running

NIGHTLY = "usage.nightly"
REBUILD = "usage.rebuild"
WINDOWS = "usage.windows"
STALE = "SELECT DISTINCT tenant_id FROM health_usage_stale"


@sweep("usage.refresh", waiting=STALE)
def refresh_stale_customers() -> int:
    return running.refresh_stale()


@job_handler(NIGHTLY)
def make_partitions(job: Job) -> None:
    """The windows of the running sums move when the day is closed (`health.tasks`)."""
    today = current_tenant().today()
    partitions.make_ahead(today, today + timedelta(days=92))


@job_handler(REBUILD)
def rebuild_history(job: Job) -> None:
    """Every rollup from the raw events; the whole tenant in one transaction, beside which readers see the old sums."""
    history.rebuild_all()
    enqueue(WINDOWS, key="all")


@job_handler(RECLASSIFY)
def sum_with_new_meanings(job: Job) -> None:
    history.sum_people()
    enqueue(WINDOWS, key="all")


@job_handler(WINDOWS)
def move_windows(job: Job) -> None:
    """A job of its own, so that the planner knows the rollups that were made just before."""
    running.refresh()
    enqueue(RESCORE, key="all")


recurring(NIGHTLY, hour=0, minute=5)
recomputable("usage", kind=REBUILD)
