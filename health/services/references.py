"""The typical customer of a version: medians that stay put for a week, so that contributions do not wobble."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from health.arithmetic import MISSING
from health.branch import Card
from health.models import HealthReference
from health.run import prepare

STANDS_FOR = timedelta(days=7)

MEDIANS = """
WITH scored AS MATERIALIZED (SELECT version_id, points FROM ({scoring}) s)
SELECT version_id, array_agg(median ORDER BY i), max(customers)
FROM (
    SELECT version_id, i, count(*)::integer AS customers,
           coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY p) FILTER (WHERE p >= 0), -1) AS median
    FROM scored, unnest(points) WITH ORDINALITY u(p, i)
    GROUP BY version_id, i
) m
GROUP BY version_id"""


def refresh_references(day: date, *, sums_are_of_day: bool = False) -> None:
    """Take new medians for versions whose last ones are a week old, or that have none."""
    run = prepare(day, sums_are_of_day=sums_are_of_day)
    due = [card for card in run.cards if _is_due(card.reference_on, day)]
    if not due:
        return
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS.format(scoring=run.sql), run.params)
        found = {version: (medians, customers) for version, medians, customers in cursor.fetchall()}
    HealthReference.objects.bulk_create([_reference(card, day, found) for card in due], ignore_conflicts=True)


def _reference(card: Card, day: date, found: dict[UUID, tuple[list[int], int]]) -> HealthReference:
    """A version that judges nobody yet has no medians, and is not asked again before the week is over."""
    nobody = ([MISSING] * len(card.plan.measures), 0)
    medians, customers = found.get(card.version_id, nobody)
    return HealthReference(version_id=card.version_id, day=day, medians=medians, customers=customers)


def _is_due(reference_on: str | None, day: date) -> bool:
    return reference_on is None or date.fromisoformat(reference_on) + STANDS_FOR <= day
