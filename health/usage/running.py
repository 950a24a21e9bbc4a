"""Running sums: one row per customer with everything that scoring wants to know of usage, as of a local day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.events import record_event
from accounts.tenancy.scope import current_tenant
from health.models import Feature

AT_ONCE = 2000

# Where nobody was seen after the day, one row per person tells all; otherwise the days themselves do.
_PEOPLE = """
quick AS MATERIALIZED (
    SELECT p.customer_id, min(p.first_seen_on) AS first_seen_on, max(p.last_seen_on) AS last_seen_on,
           max(p.last_active_on) AS last_active_on, max(p.last_login_on) AS last_login_on,
           count(*) FILTER (WHERE p.last_active_on > %(as_of)s::date - 7) AS active_users_7,
           count(*) FILTER (WHERE p.last_active_on > %(as_of)s::date - 28) AS active_users_28,
           count(*) FILTER (WHERE p.last_login_on > %(as_of)s::date - 28) AS login_users_28
    FROM who JOIN health_user p ON p.customer_id = who.customer_id
    GROUP BY 1 HAVING max(p.last_seen_on) <= %(as_of)s::date
),
slow AS (
    SELECT u.customer_id, min(u.day), max(u.day), max(u.day) FILTER (WHERE t.role = 'action'),
           max(u.day) FILTER (WHERE t.role = 'login'),
           count(DISTINCT u.user_ref) FILTER (WHERE t.role = 'action' AND u.day > %(as_of)s::date - 7),
           count(DISTINCT u.user_ref) FILTER (WHERE t.role = 'action' AND u.day > %(as_of)s::date - 28),
           count(DISTINCT u.user_ref) FILTER (WHERE t.role = 'login' AND u.day > %(as_of)s::date - 28)
    FROM who JOIN health_user_day u ON u.customer_id = who.customer_id AND u.day <= %(as_of)s::date
    LEFT JOIN health_eventtype t ON t.event = u.event
    WHERE NOT EXISTS (SELECT 1 FROM quick WHERE quick.customer_id = who.customer_id)
    GROUP BY 1
),
people AS (SELECT * FROM quick UNION ALL SELECT * FROM slow)
"""

_SUMS = """
sums AS (
    SELECT d.customer_id,
           sum(d.count) FILTER (WHERE t.role = 'action' AND d.day > %(as_of)s::date - 7) AS actions_7,
           sum(d.count) FILTER (WHERE t.role = 'action') AS actions_28,
           sum(d.count) FILTER (WHERE t.role = 'login') AS logins_28,
           count(DISTINCT d.day) FILTER (WHERE t.role = 'action') AS active_days_28,
           sum(d.users) FILTER (WHERE d.event = '') AS user_days_28,
           CASE WHEN %(has_features)s THEN count(DISTINCT f.id)
                ELSE count(DISTINCT d.event) FILTER (WHERE t.role = 'action') END AS features_28,
           count(DISTINCT f.id) FILTER (WHERE f.kind = 'basic') AS basic_features_28,
           count(DISTINCT f.id) FILTER (WHERE f.kind = 'sticky') AS sticky_features_28
    FROM who JOIN health_usage_day d ON d.customer_id = who.customer_id
        AND d.day > %(as_of)s::date - 28 AND d.day <= %(as_of)s::date
    LEFT JOIN health_eventtype t ON t.event = d.event
    LEFT JOIN health_feature f ON f.id = t.feature_id AND t.role <> 'ignored'
    GROUP BY 1
)
"""

# Seats by period: what a subscription was sold with, and what its changes made of it.
_SEATS = """
seat_facts AS (
    SELECT s.customer_id, s.id, s.started_on AS since, s.seats, s.ended_on, NULL::uuid AS change
    FROM who JOIN accounts_subscription s ON s.customer_id = who.customer_id
    UNION ALL
    SELECT s.customer_id, s.id, c.effective_on, c.seats, s.ended_on, c.id
    FROM who JOIN accounts_subscription s ON s.customer_id = who.customer_id
    JOIN accounts_subscriptionchange c ON c.subscription_id = s.id
    WHERE c.seats IS NOT NULL AND c.effective_on >= s.started_on
),
seat_spans AS MATERIALIZED (
    SELECT customer_id, seats, since,
           least(ended_on, lead(since) OVER (PARTITION BY id ORDER BY since, change NULLS FIRST)) AS until
    FROM seat_facts
),
seats_now AS (
    SELECT customer_id, sum(seats) AS seats FROM seat_spans
    WHERE since <= %(as_of)s::date AND (until IS NULL OR until > %(as_of)s::date) GROUP BY 1
)
"""

# Week 0 is the newest complete one; a week without any event of the tenant is an outage and not observed.
_WEEKS = """
calendar AS MATERIALIZED (
    SELECT n, %(week)s::date - 7 * n AS week FROM generate_series(0, 31) AS n
    WHERE EXISTS (SELECT 1 FROM health_telemetry_day t
                  WHERE t.day BETWEEN %(week)s::date - 7 * n AND %(week)s::date - 7 * n + 6)
),
actions AS (
    SELECT w.customer_id, w.week, sum(w.count) AS actions
    FROM who JOIN health_usage_week w ON w.customer_id = who.customer_id
        AND w.week BETWEEN %(week)s::date - 7 * 31 AND %(week)s::date
    JOIN health_eventtype t ON t.event = w.event AND t.role = 'action'
    GROUP BY 1, 2
),
live AS (
    SELECT who.customer_id, least(c.signed_up_on, p.first_seen_on) AS since
    FROM who JOIN accounts_customer c ON c.id = who.customer_id LEFT JOIN people p ON p.customer_id = who.customer_id
),
seats_of_week AS (
    SELECT s.customer_id, k.n, sum(s.seats) AS seats FROM calendar k
    JOIN seat_spans s ON s.since <= k.week + 6 AND (s.until IS NULL OR s.until > k.week + 6) GROUP BY 1, 2
),
observed AS MATERIALIZED (
    SELECT live.customer_id, k.n, coalesce(a.actions, 0) AS actions,
           s.seats
    FROM live JOIN calendar k ON k.week >= live.since
    LEFT JOIN actions a ON a.customer_id = live.customer_id AND a.week = k.week
    LEFT JOIN seats_of_week s ON s.customer_id = live.customer_id AND s.n = k.n
),
valued AS MATERIALIZED (
    SELECT customer_id, n, actions,
           CASE WHEN bool_and(coalesce(seats, 0) > 0) OVER (PARTITION BY customer_id)
                THEN actions::numeric / seats ELSE actions::numeric END AS v
    FROM observed
)
"""

# METRICS.md 7. Everything in numeric: the same facts give the same digits, whatever the plan.
_TREND = """
base AS (
    SELECT customer_id, e, count(*)::integer AS n, avg(v) AS mean, array_agg(v ORDER BY v) AS vs
    FROM valued CROSS JOIN (VALUES (0), (1)) AS ends(e) WHERE n > e AND n <= e + 30 GROUP BY 1, 2
),
middle AS (SELECT *, (vs[(n + 1) / 2] + vs[n / 2 + 1]) / 2 AS median FROM base),
spread AS (
    SELECT m.*, (ds[(m.n + 1) / 2] + ds[m.n / 2 + 1]) / 2 AS mad FROM middle m, LATERAL (
        SELECT array_agg(abs(v - m.median) ORDER BY abs(v - m.median)) AS ds FROM unnest(m.vs) AS v) deviations
),
line AS (
    SELECT customer_id, count(*) AS n, avg(v) AS mean,
           (count(*) * sum(-n * v) - sum(-n) * sum(v))
             / nullif(count(*) * sum(n::numeric * n) - sum(-n::numeric) * sum(-n), 0) AS slope
    FROM valued WHERE n < 30 GROUP BY 1
),
trend AS (
    SELECT s.customer_id, s.n, s.mean, s.median, s.mad, w.v, w.actions,
           CASE WHEN s.n >= 8 THEN w.v / nullif(s.mean, 0) - 1 END AS pct,
           CASE WHEN s.n >= 8 THEN (w.v - s.median) / nullif(1.4826 * s.mad, 0) END AS z,
           CASE WHEN b.n >= 8 THEN (before.v - b.median) / nullif(1.4826 * b.mad, 0) END AS z_before,
           CASE WHEN s.n >= 8 AND w.v IS NOT NULL THEN 100 * l.slope / nullif(l.mean, 0) END AS slope
    FROM spread s
    LEFT JOIN valued w ON w.customer_id = s.customer_id AND w.n = 0
    LEFT JOIN spread b ON b.customer_id = s.customer_id AND b.e = 1
    LEFT JOIN valued before ON before.customer_id = s.customer_id AND before.n = 1
    LEFT JOIN line l ON l.customer_id = s.customer_id
    WHERE s.e = 0
)
"""

_COLUMNS = """
    customer_id, as_of, first_seen_on, last_seen_on, last_active_on, last_login_on, actions_7, actions_28, logins_28,
    active_days_28, user_days_28, active_users_7, active_users_28, login_users_28, features_28, basic_features_28,
    sticky_features_28, seats, last_week, last_week_actions, weeks_observed, week_value, baseline_mean,
    baseline_median, baseline_mad, trend_pct, trend_z, trend_z_before, trend_slope, computed_at"""
_SELECT = """
SELECT who.customer_id, %(as_of)s, p.first_seen_on, p.last_seen_on, p.last_active_on, p.last_login_on,
       coalesce(d.actions_7, 0), coalesce(d.actions_28, 0), coalesce(d.logins_28, 0), coalesce(d.active_days_28, 0),
       coalesce(d.user_days_28, 0), coalesce(p.active_users_7, 0), coalesce(p.active_users_28, 0),
       coalesce(p.login_users_28, 0), coalesce(d.features_28, 0), coalesce(d.basic_features_28, 0),
       coalesce(d.sticky_features_28, 0), s.seats, %(week)s, t.actions, coalesce(t.n, 0),
       round(t.v, 9), round(t.mean, 9), round(t.median, 9), round(t.mad, 9),
       round(t.pct, 9), round(t.z, 9), round(t.z_before, 9), round(t.slope, 9), now()
FROM who LEFT JOIN people p ON p.customer_id = who.customer_id LEFT JOIN sums d ON d.customer_id = who.customer_id
LEFT JOIN seats_now s ON s.customer_id = who.customer_id LEFT JOIN trend t ON t.customer_id = who.customer_id
"""
_CHANGED = [name.strip() for name in _COLUMNS.split(",")][1:]
_UPSERT = (
    f"INSERT INTO health_usage_running ({_COLUMNS}){_SELECT}ON CONFLICT (tenant_id, customer_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CHANGED)
)

_STANDING = """
UPDATE accounts_customerstanding s SET last_seen_on = r.last_seen_on
FROM who JOIN health_usage_running r ON r.customer_id = who.customer_id
WHERE s.customer_id = who.customer_id AND s.last_seen_on IS DISTINCT FROM r.last_seen_on
"""
_ALL = "WITH who AS MATERIALIZED (SELECT id AS customer_id FROM accounts_customer)"
_SOME = "WITH who AS MATERIALIZED (SELECT id AS customer_id FROM accounts_customer WHERE id = ANY(%(ids)s::uuid[]))"


def refresh(customers: Sequence[UUID] | None = None, *, as_of: date | None = None) -> None:
    """Make the running sums of these customers (all of them without a list) as of the end of a local day, by default today.

    One statement, whatever the number of customers.
    """
    params = {
        "ids": None if customers is None else [str(each) for each in customers],
        **sums_params(as_of or current_tenant().today()),
    }
    who = _ALL if customers is None else _SOME
    with connection.cursor() as cursor:
        cursor.execute(_sums(who) + _UPSERT, params)
        cursor.execute(f"{who} {_STANDING}", params)


def sums_sql(*, some: bool) -> str:
    """The same sums as a relation `r` that is not stored, for looking at any past day.

    Parameters: those of `sums_params`, and with `some` the customers as %(ids)s.
    """
    return f"({_sums(_SOME if some else _ALL)}{_SELECT}) AS r({_COLUMNS})"


def sums_params(day: date) -> dict[str, Any]:
    return {"as_of": day, "week": last_complete_week(day), "has_features": Feature.objects.exists()}


def _sums(who: str) -> str:
    return ",\n".join([who, _PEOPLE, _SUMS, _SEATS, _WEEKS, _TREND])


def ahead_of(day: date) -> list[UUID]:
    """Customers whose sums already hold something of a later day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM health_usage_running WHERE last_seen_on > %s", [day])
        return [row[0] for row in cursor.fetchall()]


def last_complete_week(as_of: date) -> date:
    """The Monday of the newest ISO week that was over before this day began."""
    return as_of - timedelta(days=as_of.weekday() + 7)


def mark_stale(customers: Iterable[UUID | str]) -> None:
    """Their running sums are made again by the next sweep."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_usage_stale (customer_id) SELECT unnest(%s::uuid[])"
            " ON CONFLICT (tenant_id, customer_id) DO NOTHING",
            [sorted({str(each) for each in customers})],
        )


def refresh_stale() -> int:
    """Make the running sums of some stale customers again and tell the apps above; how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM health_usage_stale WHERE customer_id IN"
            f" (SELECT customer_id FROM health_usage_stale ORDER BY customer_id LIMIT {AT_ONCE}) RETURNING customer_id"
        )
        customers = [row[0] for row in cursor.fetchall()]
    if customers:
        refresh(customers)
        record_event("usage.received", customer_ids=[str(each) for each in customers])
    return len(customers)
