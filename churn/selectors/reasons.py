"""Why customers left in a period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from accounts.models import Tenant
from churn.selectors.periods import Range, Segment

_SQL = """
    SELECT m.cause, m.reason, count(*)::integer, sum(m.delta), count(*) FILTER (WHERE m.unpriced_before)::integer
    FROM churn_movement m
    WHERE m.tenant_id = %(tenant)s AND m.line = 1 AND m.day >= %(start)s AND m.day < %(end)s AND m.kind = 'churn'
        {segment}
    GROUP BY m.cause, m.reason ORDER BY 3 DESC, 1, 2
"""


@dataclass(frozen=True)
class ChurnReason:
    """How many left for one stated reason, and the MRR that went; `unpriced` of them had no exchange rate."""

    cause: str
    reason: str
    customers: int
    mrr: Decimal
    unpriced: int


def churn_reasons(tenant: Tenant, period: Range, segment: Segment | None = None) -> list[ChurnReason]:
    sql = _SQL.format(segment=f"AND m.customer_id IN ({segment.sql})" if segment else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"tenant": tenant.pk, "start": period.start, "end": period.until})
        return [ChurnReason(*row) for row in cursor.fetchall()]
