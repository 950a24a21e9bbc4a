"""Rollups of usage: sums and counts by person, day and ISO week. Days are the tenant's local days.

Adding is one statement that reads what was there before it (its snapshot) to tell first uses from repeats.
It must run alone in its tenant (`write_alone`). Under row-level security only leakproof conditions reach an index:
what they compare with is computed beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from django.db import connection

from accounts.tenancy.scope import current_tenant

# `batch` is a preceding CTE (customer_id, person, occurred_at, event, counts).
ADD = """
grains AS MATERIALIZED (
    SELECT customer_id, (occurred_at AT TIME ZONE %(zone)s)::date AS day, person, event, count(*)::integer AS n
    FROM batch WHERE counts AND customer_id IS NOT NULL GROUP BY 1, 2, 3, 4
),
written AS (
    INSERT INTO health_user_day AS d (tenant_id, customer_id, day, user_ref, event, count)
    SELECT %(tenant)s, customer_id, day, person, event, n FROM grains ORDER BY 2, 3, 4, 5
    ON CONFLICT (tenant_id, customer_id, day, user_ref, event) DO UPDATE SET count = d.count + excluded.count
    RETURNING d.customer_id, d.day, d.user_ref, d.event, old.count IS NULL AS is_first
),
firsts AS MATERIALIZED (
    SELECT customer_id, day, date_trunc('week', day::timestamp)::date AS week,
           date_trunc('week', day::timestamp)::date + 6 AS week_end, user_ref, event
    FROM written WHERE is_first
),
first_days AS MATERIALIZED (
    SELECT DISTINCT customer_id, day, week, week_end, user_ref FROM firsts f WHERE NOT EXISTS (
        SELECT 1 FROM health_user_day u
        WHERE u.customer_id = f.customer_id AND u.day = f.day AND u.user_ref = f.user_ref)
),
first_weeks AS MATERIALIZED (
    SELECT DISTINCT customer_id, week, user_ref, event FROM firsts f WHERE NOT EXISTS (
        SELECT 1 FROM health_user_day u
        WHERE u.customer_id = f.customer_id AND u.user_ref = f.user_ref AND u.event = f.event
          AND u.day BETWEEN f.week AND f.week_end)
    UNION ALL
    SELECT DISTINCT customer_id, week, user_ref, '' FROM first_days f WHERE NOT EXISTS (
        SELECT 1 FROM health_user_day u
        WHERE u.customer_id = f.customer_id AND u.user_ref = f.user_ref
          AND u.day BETWEEN f.week AND f.week_end)
),
counted AS MATERIALIZED (
    SELECT customer_id, day, event, sum(n) AS n FROM grains GROUP BY GROUPING SETS ((1, 2, 3), (1, 2))
),
by_day AS (
    INSERT INTO health_usage_day AS d (tenant_id, customer_id, day, event, count, users)
    SELECT %(tenant)s, c.customer_id, c.day, coalesce(c.event, ''), c.n, coalesce(u.users, 0)
    FROM counted c LEFT JOIN (
        SELECT customer_id, day, event, count(*)::integer AS users FROM firsts GROUP BY 1, 2, 3
        UNION ALL SELECT customer_id, day, '', count(*)::integer FROM first_days GROUP BY 1, 2
    ) u ON u.customer_id = c.customer_id AND u.day = c.day AND u.event = coalesce(c.event, '')
    ORDER BY 2, 3, 4
    ON CONFLICT (tenant_id, customer_id, day, event)
    DO UPDATE SET count = d.count + excluded.count, users = d.users + excluded.users
),
by_week AS (
    INSERT INTO health_usage_week AS w (tenant_id, customer_id, week, event, count, users)
    SELECT %(tenant)s, c.customer_id, c.week, c.event, c.n, coalesce(u.users, 0)
    FROM (
        SELECT customer_id, date_trunc('week', day::timestamp)::date AS week, coalesce(event, '') AS event, sum(n) AS n
        FROM counted GROUP BY 1, 2, 3
    ) c LEFT JOIN (
        SELECT customer_id, week, event, count(*)::integer AS users FROM first_weeks GROUP BY 1, 2, 3
    ) u ON u.customer_id = c.customer_id AND u.week = c.week AND u.event = c.event
    ORDER BY 2, 3, 4
    ON CONFLICT (tenant_id, customer_id, week, event)
    DO UPDATE SET count = w.count + excluded.count, users = w.users + excluded.users
),
by_user AS (
    INSERT INTO health_user AS p
        (customer_id, user_ref, first_seen_on, last_seen_on, last_active_on, last_login_on)
    SELECT f.customer_id, f.user_ref, min(f.day), max(f.day),
           max(f.day) FILTER (WHERE t.role = 'action'), max(f.day) FILTER (WHERE t.role = 'login')
    FROM firsts f LEFT JOIN health_eventtype t ON t.event = f.event
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (tenant_id, customer_id, user_ref) DO UPDATE SET
        first_seen_on = least(p.first_seen_on, excluded.first_seen_on),
        last_seen_on = greatest(p.last_seen_on, excluded.last_seen_on),
        last_active_on = greatest(p.last_active_on, excluded.last_active_on),
        last_login_on = greatest(p.last_login_on, excluded.last_login_on)
)
"""

_FORGET = """
WITH gone AS (
    DELETE FROM health_user_day u USING ({spans}) s
    WHERE u.customer_id = s.customer_id AND u.day BETWEEN s.first AND s.last RETURNING u.customer_id, u.user_ref
)
SELECT DISTINCT customer_id, user_ref FROM gone
"""
_COUNT_AGAIN = """
WITH made AS (
    INSERT INTO health_user_day (customer_id, day, user_ref, event, count)
    SELECT e.customer_id, (e.occurred_at AT TIME ZONE %(zone)s)::date, coalesce(a.user_ref, e.user_ref), e.event, count(*)
    FROM ({spans}) s JOIN health_event e ON e.customer_id = s.customer_id
        AND e.occurred_at >= s.starts_at AND e.occurred_at < s.ends_at
    LEFT JOIN health_alias a ON a.previous_ref = e.user_ref
    WHERE e.kind IN ('track', 'page', 'screen') GROUP BY 1, 2, 3, 4
    RETURNING customer_id, user_ref
)
SELECT DISTINCT customer_id, user_ref FROM made
"""
_SUM_AGAIN = (
    """
    DELETE FROM health_usage_day d USING ({spans}) s
    WHERE d.customer_id = s.customer_id AND d.day BETWEEN s.first AND s.last
    """,
    """
    INSERT INTO health_usage_day (customer_id, day, event, count, users)
    SELECT u.customer_id, u.day, coalesce(u.event, ''), sum(u.count), count(DISTINCT u.user_ref)
    FROM ({spans}) s JOIN health_user_day u ON u.customer_id = s.customer_id AND u.day BETWEEN s.first AND s.last
    GROUP BY GROUPING SETS ((u.customer_id, u.day, u.event), (u.customer_id, u.day))
    """,
    "DELETE FROM health_usage_week w USING ({weeks}) s WHERE w.customer_id = s.customer_id AND w.week = s.first",
    """
    INSERT INTO health_usage_week (customer_id, week, event, count, users)
    SELECT u.customer_id, s.first, coalesce(u.event, ''), sum(u.count), count(DISTINCT u.user_ref)
    FROM ({weeks}) s JOIN health_user_day u ON u.customer_id = s.customer_id AND u.day BETWEEN s.first AND s.last
    GROUP BY GROUPING SETS ((u.customer_id, s.first, u.event), (u.customer_id, s.first))
    """,
    "DELETE FROM health_user p USING ({users}) s WHERE p.customer_id = s.customer_id AND p.user_ref = s.user_ref",
    """
    INSERT INTO health_user (customer_id, user_ref, first_seen_on, last_seen_on, last_active_on, last_login_on)
    SELECT u.customer_id, u.user_ref, min(u.day), max(u.day),
           max(u.day) FILTER (WHERE t.role = 'action'), max(u.day) FILTER (WHERE t.role = 'login')
    FROM ({users}) s JOIN health_user_day u ON u.customer_id = s.customer_id AND u.user_ref = s.user_ref
    LEFT JOIN health_eventtype t ON t.event = u.event GROUP BY 1, 2
    """,
)
_USERS = "SELECT * FROM jsonb_to_recordset(%(users)s::jsonb) AS s(customer_id uuid, user_ref text)"
_SPANS = """
SELECT *, first::timestamp AT TIME ZONE %(zone)s AS starts_at, (last + 1)::timestamp AT TIME ZONE %(zone)s AS ends_at
FROM jsonb_to_recordset(%(spans)s::jsonb) AS s(customer_id uuid, first date, last date) OFFSET 0
"""
_WEEKS = """
SELECT DISTINCT customer_id, week::date AS first, week::date + 6 AS last
FROM jsonb_to_recordset(%(spans)s::jsonb) AS s(customer_id uuid, first date, last date),
     generate_series(date_trunc('week', first::timestamp), date_trunc('week', last::timestamp), interval '1 week') AS week
"""


class Span(msgspec.Struct, frozen=True):
    """Local days of one customer, both ends included."""

    customer_id: UUID
    first: date
    last: date


def rebuild(spans: Iterable[Span]) -> None:
    """Make the rollups of these days again from the raw events: after a correction, never on the way of an event."""
    apart = _apart(spans)
    if not apart:
        return
    params = {"spans": msgspec.json.encode(apart).decode(), "zone": current_tenant().timezone}
    parts = {"spans": _SPANS, "weeks": _WEEKS, "users": _USERS}
    with connection.cursor() as cursor:
        touched = set()
        for statement in (_FORGET, _COUNT_AGAIN):
            cursor.execute(statement.format(**parts), params)
            touched |= set(cursor.fetchall())
        users = [{"customer_id": customer, "user_ref": user} for customer, user in touched]
        for statement in _SUM_AGAIN:
            cursor.execute(statement.format(**parts), {**params, "users": msgspec.json.encode(users).decode()})


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans merged, so that no day is made twice."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: (str(each.customer_id), each.first, each.last)):
        if merged and merged[-1].customer_id == span.customer_id and span.first <= merged[-1].last:
            last = max(merged[-1].last, span.last)
            merged[-1] = Span(span.customer_id, merged[-1].first, last)
        else:
            merged.append(span)
    return merged
