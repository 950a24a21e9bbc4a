"""Jobs of the ledger: a full rebuild when asked for, and the turn of the local day."""

from __future__ import annotations

from typing import Any

from accounts.events import record_event
from accounts.jobs import job_handler, recomputable, recurring
from accounts.models import Job
from churn.services.ledger import rebuild_if_outdated, rebuild_ledger, refresh_standings

REBUILD = "churn.rebuild"
NEW_DAY = "churn.new_day"


@job_handler(REBUILD)
def rebuild(job: Job) -> dict[str, Any]:
    months = rebuild_ledger()
    record_event("revenue.rebuilt", customer_ids=None)
    return {"sums": months}


@job_handler(NEW_DAY)
def begin_day(job: Job) -> dict[str, Any]:
    """What was scheduled for today is in the ledger already; only the standings turn with the day."""
    rebuild_if_outdated()
    return {"standings": refresh_standings()}


recomputable("revenue", kind=REBUILD)
recurring(NEW_DAY, hour=0, minute=2)
