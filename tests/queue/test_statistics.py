from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import FxRate, Tenant
from accounts.services.statistics import refresh_statistics
from accounts.tenancy.scope import tenant_scope

KNOWN_ROWS = "SELECT reltuples FROM pg_class WHERE relname = 'accounts_fxrate'"


def known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(KNOWN_ROWS)
        return float(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_planner_learns_of_a_table_that_was_just_filled(acme: Tenant) -> None:
    with tenant_scope(acme):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_fxrate (date, from_currency, to_currency, rate, source) "
                "SELECT date '1990-01-01' + n, 'EUR', 'USD', 1, '' FROM generate_series(1, 6000) n"
            )
        assert FxRate.objects.count() == 6000
    known_rows()
    refresh_statistics()
    assert known_rows() >= 6000
