"""The whole of a tenant's usage at once: after a change of time zone, or when history was loaded by day."""

from __future__ import annotations

from django.db import connection

from accounts.tenancy.scope import current_tenant
from health.usage.alone import write_alone

# History that was loaded by person and day has no raw events; it stays as it is.
_FORGET_DAYS_WITH_EVENTS = """
DELETE FROM health_user_day u USING (
    SELECT customer_id, (min(occurred_at) AT TIME ZONE %(zone)s)::date - 1 AS first
    FROM health_event WHERE customer_id IS NOT NULL GROUP BY 1
) e WHERE u.customer_id = e.customer_id AND u.day >= e.first
"""
_DAYS_FROM_EVENTS = """
INSERT INTO health_user_day (customer_id, day, user_ref, event, count)
SELECT e.customer_id, (e.occurred_at AT TIME ZONE %(zone)s)::date, coalesce(a.user_ref, e.user_ref), e.event, count(*)
FROM health_event e LEFT JOIN health_alias a ON a.previous_ref = e.user_ref
WHERE e.kind IN ('track', 'page', 'screen') AND e.customer_id IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_TELEMETRY_FROM_EVENTS = """
INSERT INTO health_telemetry_day (day, count, last_received_at)
SELECT (occurred_at AT TIME ZONE %(zone)s)::date, count(*), max(received_at)
FROM health_event WHERE kind IN ('track', 'page', 'screen') GROUP BY 1
"""
_TELEMETRY_FROM_DAYS = """
INSERT INTO health_telemetry_day AS t (day, count, last_received_at)
SELECT day, sum(count), now() FROM health_usage_day WHERE event = '' GROUP BY 1
ON CONFLICT (tenant_id, day) DO UPDATE SET count = greatest(t.count, excluded.count)
"""
_PEOPLE = """
INSERT INTO health_user (customer_id, user_ref, first_seen_on, last_seen_on, last_active_on, last_login_on)
SELECT u.customer_id, u.user_ref, min(u.day), max(u.day),
       max(u.day) FILTER (WHERE t.role = 'action'), max(u.day) FILTER (WHERE t.role = 'login')
FROM health_user_day u LEFT JOIN health_eventtype t ON t.event = u.event GROUP BY 1, 2
"""
_SUMS = (
    """
    INSERT INTO health_usage_day (customer_id, day, event, count, users)
    SELECT customer_id, day, coalesce(event, ''), sum(count), count(DISTINCT user_ref)
    FROM health_user_day GROUP BY GROUPING SETS ((customer_id, day, event), (customer_id, day))
    """,
    """
    INSERT INTO health_usage_week (customer_id, week, event, count, users)
    SELECT customer_id, week, coalesce(event, ''), sum(count), count(DISTINCT user_ref)
    FROM (SELECT *, date_trunc('week', day::timestamp)::date AS week FROM health_user_day) u
    GROUP BY GROUPING SETS ((customer_id, week, event), (customer_id, week))
    """,
)


def rebuild_all() -> None:
    """Every rollup from the raw events, in the tenant's time zone of now."""
    write_alone()
    _run(_FORGET_DAYS_WITH_EVENTS)
    _delete("health_telemetry_day")
    _run(_DAYS_FROM_EVENTS)
    _run(_TELEMETRY_FROM_EVENTS)
    sum_days()


def sum_days() -> None:
    """Every other rollup from the finest one, `health_user_day`: for history that was loaded by person and day."""
    write_alone()
    _delete("health_usage_day", "health_usage_week")
    for statement in _SUMS:
        _run(statement)
    _run(_TELEMETRY_FROM_DAYS)
    sum_people()


def sum_people() -> None:
    """When everybody was active last, which depends on what the events count as."""
    write_alone()
    _delete("health_user")
    _run(_PEOPLE)


def _delete(*tables: str) -> None:
    for table in tables:
        _run(f"DELETE FROM {table}")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"zone": current_tenant().timezone})
