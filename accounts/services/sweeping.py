"""Running a sweep for one tenant, never twice at the same time."""

from __future__ import annotations

from django.db import connection

from accounts.models import Tenant
from accounts.services.statistics import refresh_statistics, report_writes
from accounts.sweeps import sweeps
from accounts.tenancy.scope import tenant_scope


def run_sweep(tenant: Tenant, name: str) -> int:
    """How many rows were handled, batch by batch, each batch in a transaction of its own."""
    refresh_statistics()
    total = 0
    while handled := _one_batch(tenant, name):
        total += handled
    return total


def _one_batch(tenant: Tenant, name: str) -> int:
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))", [name, tenant.pk])
        handled = sweeps[name].run() if cursor.fetchone()[0] else 0
        report_writes()
        return handled
