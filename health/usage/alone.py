"""One writer of usage at a time per tenant; others wait until its transaction ends."""

from __future__ import annotations

from django.db import connection

from accounts.tenancy.scope import current_tenant

_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended('usage.writer', %s))"


def write_alone() -> None:
    """What other writers committed is seen by every statement after this one."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [current_tenant().pk])
