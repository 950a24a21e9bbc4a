"""The cohort triangle of a tenant, from monthly sums, or of a segment, from its lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from accounts.models import Tenant
from churn.cohorts import CohortMonth, Triangle, triangle
from churn.selectors.periods import Segment
from churn.statements import statement

_MONTHS = "churn_month WHERE tenant_id = %(tenant)s AND month < %(open)s AND cohort >= %(since)s"
_LINES = """(
    SELECT cohort, month, customers, delta,
        (cohort_initial IS NULL OR cohort_initial > 0)::integer AS cohort_size, coalesce(cohort_initial, 0)
        AS cohort_initial, coalesce(cohort_delta, 0) AS cohort_delta,
        coalesce(cohort_capped_delta, 0) AS cohort_capped_delta, (cohort_delta IS NULL)::integer AS cohort_unpriced
    FROM churn_movement m
    WHERE tenant_id = %(tenant)s AND month < %(open)s AND cohort >= %(since)s AND m.customer_id IN ({segment})
) lines WHERE true"""


def cohort_triangle(
    tenant: Tenant,
    measure: str,
    *,
    since: date | None = None,
    segment: Segment | None = None,
    as_of: date | None = None,
) -> Triangle:
    """Cohorts that began in or after `since`; the month of `as_of` (else today) is not over yet."""
    open_month = min(as_of or tenant.today(), tenant.today()).replace(day=1)
    source = _LINES.format(segment=segment.sql) if segment else _MONTHS
    values: dict[str, Any] = {"tenant": tenant.pk, "open": open_month, "since": since or date.min}
    with connection.cursor() as cursor:
        cursor.execute(statement("triangle").format(source=source), values)
        found = [CohortMonth(*row) for row in cursor.fetchall()]
    return triangle(measure, found, open_month)
