"""Starting the computations that apps above have offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.jobs import enqueue, recomputations
from accounts.models import Job
from accounts.services.audit import record_audit

ALL = "recompute.all"
KEY = "recompute"


class NotRecomputable(Exception):
    """Nothing of this name can be computed anew."""


def recompute(what: str, first: date | None = None, end: date | None = None) -> Job:
    """The job that computes it for days in [first, end); a waiting one is widened, a running one runs again."""
    if what != "all" and what not in recomputations:
        raise NotRecomputable(_("There is nothing to compute."))
    payload = {"from": first and first.isoformat(), "to": end and end.isoformat()}
    job = enqueue(ALL if what == "all" else recomputations[what], key=KEY, payload=payload, merge=widest)
    record_audit("figures.recomputed", job, after={"what": what, **payload}, label=what)
    return job


def widest(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Both ranges in one; None is unbounded."""
    start = _outer(min, old.get("from"), new.get("from"))
    return {**new, "from": start, "to": _outer(max, old.get("to"), new.get("to"))}


def _outer(pick: Callable[[str, str], str], one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else pick(one, other)


def recompute_all(job: Job) -> dict[str, Any]:
    jobs = [enqueue(kind, key=KEY, payload=job.payload, merge=widest) for kind in recomputations.values()]
    return {"jobs": [str(each.pk) for each in jobs]}
