"""Doing everything that is due, here and now, beside any pump and workers that may be running."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import structlog
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.queues import Queue, queues
from accounts.services.pump import DISPATCH, ensure_recurring_everywhere, expire, look, waiting_tenants
from accounts.services.sweeping import run_sweep
from accounts.sweeps import sweeps

log = structlog.get_logger(__name__)

BATCH = 500
POLL = 0.1

_DUE = "SELECT id, tenant_id FROM {table} WHERE state = 'due' AND run_at <= %s ORDER BY run_at LIMIT {batch}"


class NotDrained(Exception):
    """Something was still waiting or running when the time was up; says what."""


def drain(seconds: float) -> dict[str, int]:
    """Run until nothing is due and nothing is claimed; what the work itself enqueues is done as well.

    Needs no broker. A row that a worker has claimed is waited for. Raises NotDrained after `seconds`.
    """
    deadline = time.monotonic() + seconds
    done: Counter[str] = Counter()
    ensure_recurring_everywhere()
    while True:
        worked = _pass(done, deadline)
        waiting = {name: figures for name, queue in queues.items() if (figures := _left(queue))}
        if not worked and not waiting:
            return dict(done)
        if time.monotonic() > deadline:
            raise NotDrained(f"not finished after {seconds:g} s: {waiting or 'sweeps'}")
        if not worked:
            time.sleep(POLL)


def _pass(done: Counter[str], deadline: float) -> int:
    worked = 0
    for each in sweeps.values():
        for tenant in _tenants(waiting_tenants(each)):
            worked += _swept(tenant, each.name, done)
    for queue in queues.values():
        worked += len(expire(queue))
        for row_id, tenant in _due(queue):
            if time.monotonic() > deadline:
                return worked
            outcome = queue.run(tenant, row_id)
            done[f"{queue.name}.{outcome}"] += 1
            worked += outcome != "skipped"
    return worked


def _swept(tenant: Tenant, name: str, done: Counter[str]) -> int:
    try:
        handled = run_sweep(tenant, name)
    except Exception:
        log.exception("sweep.failed", sweep=name, tenant=tenant.pk)
        done[f"{name}.failed"] = 1
        return 0
    done[name] += handled
    return handled


def _due(queue: Queue) -> list[tuple[Any, Tenant]]:
    with transaction.atomic(using=DISPATCH), connections[DISPATCH].cursor() as cursor:
        cursor.execute(_DUE.format(table=queue.table, batch=BATCH), [timezone.now()])
        rows = cursor.fetchall()
    tenants = {tenant.pk: tenant for tenant in _tenants({tenant_id for _, tenant_id in rows})}
    return [(row_id, tenants[tenant_id]) for row_id, tenant_id in rows if tenant_id in tenants]


def _tenants(ids: Any) -> list[Tenant]:
    return list(Tenant.objects.filter(pk__in=ids).order_by("pk"))


def _left(queue: Queue) -> dict[str, int]:
    figures = look(queue)
    return {name: figures[name] for name in ("due", "claimed") if figures[name]}
