"""Scoring as work of the queue: every night, after a change of scorecards, and for customers that were touched."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import health.usage.tasks  # noqa: F401  its jobs and sweeps register themselves
from accounts.jobs import enqueue, job_handler, recomputable, recurring
from accounts.models import Job
from accounts.tenancy.scope import current_tenant
from health.models import HealthDay
from health.services.scorecards import RESCORE
from health.services.scoring import close_day, score_today
from health.usage import running

NIGHTLY = "health.nightly"
REBUILD = "health.rebuild"
TOUCHED = "health.touched"

MOST_TOUCHED = 5_000  # beyond, scoring everybody is cheaper
LONGEST_GAP = 31  # days that a night catches up with
MOST_REBUILT = 800


@job_handler(NIGHTLY)
def score_night(job: Job) -> dict[str, Any]:
    """Close yesterday, and the days before it that no night closed."""
    today = current_tenant().today()
    yesterday = today - timedelta(days=1)
    last = HealthDay.objects.order_by("-day").values_list("day", flat=True).first()
    first = max(last + timedelta(days=1), today - timedelta(days=LONGEST_GAP)) if last else yesterday
    for day in _days(first, yesterday):
        close_day(day, newest=False)
    ahead = running.ahead_of(yesterday)
    running.refresh(as_of=yesterday)
    customers = close_day(yesterday)
    running.refresh(ahead)
    touch([str(each) for each in ahead])
    return {"day": yesterday.isoformat(), "customers": customers}


@job_handler(RESCORE)
def rescore_everybody(job: Job) -> dict[str, Any]:
    return {"changed": score_today()}


@job_handler(TOUCHED)
def rescore_touched(job: Job) -> dict[str, Any]:
    wanted = job.payload.get("customers")
    return {"changed": score_today(wanted)}


@job_handler(REBUILD)
def rebuild_days(job: Job) -> dict[str, Any]:
    """Close past days that are still open, as far as the facts tell them, and score today. Closed days stay."""
    today = current_tenant().today()
    first = _day(job.payload.get("from"), today)
    last = min(_day(job.payload.get("to"), today), today)
    closed = [close_day(day, newest=False) for day in _days(max(first, today - timedelta(days=MOST_REBUILT)), last)]
    return {"days": len(closed), "changed": score_today()}


def _day(value: Any, otherwise: date) -> date:
    return date.fromisoformat(value) if value else otherwise


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=i) for i in range(max((end - first).days, 0))]


def touch(customers: list[str]) -> None:
    """Score these customers soon; calls before the run add up."""
    if customers:
        enqueue(TOUCHED, key="touched", payload={"customers": sorted(set(customers))}, merge=_together)


def _together(waiting: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    if waiting.get("customers") is None or new.get("customers") is None:
        return {"customers": None}
    both = sorted({*waiting["customers"], *new["customers"]})
    return {"customers": both if len(both) <= MOST_TOUCHED else None}


recurring(NIGHTLY, hour=2)
recomputable("health", kind=REBUILD)
