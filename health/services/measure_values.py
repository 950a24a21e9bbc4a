"""Values of measures as integrations and people feed them: appended, in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import now

from accounts.events import record_event
from accounts.tenancy.scope import current_tenant
from health.models import Measure

LARGEST = Decimal(10) ** 12
PLACES = 6


@dataclass(frozen=True)
class Observation:
    """A measure of a customer at an instant; None withdraws what was said of it before."""

    customer_id: UUID
    measure: str
    value: Decimal | None
    observed_at: datetime
    recorded_at: datetime | None = None
    source: str = ""


# A value that repeats what is already on record for that instant is no new fact.
APPEND = """
INSERT INTO health_measure_value (tenant_id, customer_id, measure, observed_at, recorded_at, value, source)
SELECT %(tenant)s, r.customer_id, r.measure, r.observed_at, r.recorded_at, r.value, r.source
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
    customer_id uuid, measure text, observed_at timestamptz, recorded_at timestamptz, value numeric, source text)
LEFT JOIN LATERAL (
    SELECT v.value FROM health_measure_value v
    WHERE v.customer_id = r.customer_id AND v.measure = r.measure AND v.observed_at = r.observed_at
    ORDER BY v.recorded_at DESC LIMIT 1
) known ON true
WHERE known IS NULL OR known.value IS DISTINCT FROM r.value
ON CONFLICT DO NOTHING
RETURNING customer_id, measure, observed_at"""


@transaction.atomic
def record_values(rows: Sequence[Observation]) -> set[tuple[UUID, str, datetime]]:
    """Put them on record; says which were news. Of two for the same instant in one call the later one counts."""
    moment = now()
    latest = {(row.customer_id, row.measure, row.observed_at): row for row in rows}
    Measure.objects.bulk_create([Measure(key=key) for key in sorted({r.measure for r in rows})], ignore_conflicts=True)
    with connection.cursor() as cursor:
        body = json.dumps([_record(row, moment) for row in latest.values()])
        cursor.execute(APPEND, {"tenant": current_tenant().pk, "rows": body})
        news = set(cursor.fetchall())
    if news:
        record_event("measures.received", customer_ids=sorted({str(customer) for customer, _, _ in news}))
    return news


def _record(row: Observation, moment: datetime) -> dict[str, str | None]:
    return {
        "customer_id": str(row.customer_id),
        "measure": row.measure,
        "observed_at": row.observed_at.isoformat(),
        "recorded_at": (row.recorded_at or moment).isoformat(),
        "value": None if row.value is None else format(row.value, "f"),
        "source": row.source,
    }
