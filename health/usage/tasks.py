"""Time and queue of usage: what the services below are called for."""

from __future__ import annotations

from datetime import timedelta

from accounts.jobs import job_handler, recurring
from accounts.models import Job
from accounts.sweeps import sweep
from accounts.tenancy.scope import current_tenant
from health.usage import history, partitions, running

STALE = "SELECT DISTINCT tenant_id FROM health_usage_stale"


@sweep("usage.refresh", waiting=STALE)
def refresh_stale_customers() -> int:
    return running.refresh_stale()


@job_handler("usage.nightly")
def make_partitions(job: Job) -> None:
    """The windows of the running sums move when the day is closed (`health.tasks`)."""
    today = current_tenant().today()
    partitions.make_ahead(today, today + timedelta(days=92))


@job_handler("usage.rebuild")
def rebuild_history(job: Job) -> None:
    history.rebuild_all()
    running.refresh()


recurring("usage.nightly", hour=0, minute=5)
