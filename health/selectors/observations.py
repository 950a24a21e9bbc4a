"""Which fed observations a score of a day rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection

from accounts.tenancy.scope import current_tenant
from health.run import known_by

NEWEST = """
SELECT DISTINCT ON (measure) measure, value, observed_at, recorded_at, source
FROM health_measure_value
WHERE customer_id = %(customer)s AND observed_at < %(until)s::timestamptz AND recorded_at < %(known)s::timestamptz
ORDER BY measure, observed_at DESC, recorded_at DESC"""


@dataclass(frozen=True)
class Observed:
    measure: str
    value: Decimal | None
    observed_at: datetime
    recorded_at: datetime
    source: str


def observations(customer: UUID, day: date, closed_at: datetime | None = None) -> dict[str, Observed]:
    """The newest observation of each measure that a score of the day can have seen."""
    tenant = current_tenant()
    until = tenant.midnight(day + timedelta(days=1))
    with connection.cursor() as cursor:
        known = closed_at or known_by(tenant, day)
        cursor.execute(NEWEST, {"customer": customer, "until": until, "known": known})
        return {row[0]: Observed(*row) for row in cursor.fetchall()}
