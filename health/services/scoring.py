"""Scores written down: today's as long as the day lasts, each day's once and for all after it has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from accounts.events import record_event
from accounts.tenancy.scope import current_tenant
from health.models import HealthDay
from health.run import Run, prepare
from health.services.alerts import raise_alerts
from health.services.references import refresh_references
from health.statement import COLUMNS

_VALUES = ", ".join(COLUMNS[1:])
_EXCLUDED = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
_STORED = ", ".join(f"s.{column}" for column in COLUMNS[1:])
_NEW = ", ".join(f"excluded.{column}" for column in COLUMNS[1:])

INSERT = f"""
INSERT INTO health_snapshot AS s (tenant_id, day, customer_id, {_VALUES})
SELECT %(tenant)s, %(day)s, scored.* FROM ({{scoring}}) scored"""
# Only one run of a tenant writes at a time, so an empty day stays empty until it is written.
REPLACE = f"""
ON CONFLICT (tenant_id, day, customer_id) DO UPDATE SET {_EXCLUDED}
WHERE ({_STORED}) IS DISTINCT FROM ({_NEW})"""

ROOM = "192MB"  # of memory for a run over everybody

# Lists show the newest score of a customer, so a day that is closed late does not take today's place.
STAND = """
UPDATE accounts_customerstanding AS stands
SET health_score = s.score, health_band = s.band, health_trend = s.trend, health_reason = s.reason,
    coverage = s.coverage, risk = s.risk
FROM (
    SELECT customer_id, score, band, round(trend / 1000000.0)::smallint AS trend, reason,
           round(coverage / 100.0)::smallint AS coverage, round(100 - raw / 1000000.0)::smallint AS risk
    FROM health_snapshot WHERE day = %(day)s{these}
) s
WHERE stands.customer_id = s.customer_id
  AND (stands.health_score, stands.health_band, stands.health_trend, stands.health_reason, stands.coverage, stands.risk)
      IS DISTINCT FROM (s.score, s.band, s.trend, s.reason, s.coverage, s.risk)
  AND NOT EXISTS (SELECT FROM health_snapshot l WHERE l.day = %(next)s AND l.customer_id = s.customer_id)"""

# Who has left has no health; the last snapshot stays in the history.
LEFT = """
UPDATE accounts_customerstanding
SET health_score = NULL, health_band = 'unknown', health_trend = NULL, health_reason = '', coverage = NULL, risk = NULL
WHERE (health_score IS NOT NULL OR coverage IS NOT NULL)
  AND customer_id IN (SELECT id FROM accounts_customer WHERE stage = 'churned'){these}"""


def score_day(day: date, *, customers: Iterable[UUID] | None = None, sums_are_of_day: bool = False) -> int:
    """Score a day that is not closed, in one statement; says how many snapshots are new or differ."""
    if HealthDay.objects.filter(day=day).exists():
        return 0
    if customers is None:
        refresh_references(day, sums_are_of_day=sums_are_of_day)
    run = prepare(day, customers=customers, sums_are_of_day=sums_are_of_day)
    if not run.cards:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('health.score'), %(tenant)s::integer)", run.params)
        cursor.execute("SELECT EXISTS (SELECT FROM health_snapshot WHERE day = %(day)s)", run.params)
        again = REPLACE if cursor.fetchone()[0] else ""
        if not run.some:
            cursor.execute("SELECT set_config('work_mem', %s, true)", [ROOM])
        cursor.execute(INSERT.format(scoring=run.sql) + again, run.params)
        return int(cursor.rowcount)


def score_today(customers: Iterable[UUID] | None = None) -> int:
    """Bring today's provisional scores, and the lists, up to date."""
    today = current_tenant().today()
    chosen = None if customers is None else list(customers)
    changed = score_day(today, customers=chosen)
    _stand(prepare(today, customers=chosen, cards=[]))
    return changed


def close_day(day: date, *, newest: bool = True) -> int:
    """Make the scores of a past local day final; closing it again changes nothing. Says how many there are.

    The newest day is scored from the running sums, which must have been taken to it; it raises alerts and shows in
    the lists. Older ones fill gaps in the history.
    """
    if day >= current_tenant().today():
        raise ValueError("a day closes after it has ended")
    if HealthDay.objects.filter(day=day).exists():
        return 0
    score_day(day, sums_are_of_day=newest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM health_snapshot WHERE day = %s", [day])
        customers: int = cursor.fetchone()[0]
    HealthDay.objects.create(day=day, customers=customers)
    if newest:
        raise_alerts(day)
        _stand(prepare(day, cards=[]))
    record_event("health.scored", day=day.isoformat(), customers=customers)
    return customers


def _stand(run: Run) -> None:
    these = " AND customer_id = ANY(%(ids)s::uuid[])" if run.some else ""
    params = {**run.params, "next": run.day + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(STAND.format(these=these), params)
        cursor.execute(LEFT.format(these=these), params)
