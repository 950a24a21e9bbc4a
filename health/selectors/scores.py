"""Stored and current scores of some customers, as rows with the columns of the statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.tenancy.scope import current_tenant
from health.models import HealthDay, HealthReference, ScorecardVersion
from health.receipt import Receipt, explain
from health.run import TREND_DAYS, prepare
from health.statement import COLUMNS

Row = dict[str, Any]

SELECT = f"SELECT {', '.join(COLUMNS)} FROM health_snapshot WHERE day = %s AND customer_id = ANY(%s::uuid[])"


@dataclass(frozen=True)
class DayScores:
    """Scores of one day. A day that was closed is final; others are computed from what is known now."""

    day: date
    closed_at: datetime | None
    rows: dict[UUID, Row]


def scores_on(day: date, customers: Sequence[UUID]) -> DayScores:
    """What was stored when the day closed, else what the facts give for it now."""
    closed_at = HealthDay.objects.filter(day=day).values_list("closed_at", flat=True).first()
    found = stored_rows(day, customers) if closed_at else prepare(day, customers=customers).rows()
    return DayScores(day, closed_at, {row["customer_id"]: row for row in found})


def stored_rows(day: date, customers: Sequence[UUID]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [day, [str(pk) for pk in customers]])
        return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True)
class ExplainedScore:
    """A receipt with the rows it refers to."""

    receipt: Receipt
    row: Row
    version: ScorecardVersion
    day: date
    closed_at: datetime | None

    @property
    def provisional(self) -> bool:
        return self.closed_at is None


def explained_score(customer: UUID, day: date) -> ExplainedScore | None:
    """The receipt of a customer's score on a day; None when it had none (not yet a customer, or gone)."""
    scores = scores_on(day, [customer])
    row = scores.rows.get(customer)
    if row is None:
        return None
    version = ScorecardVersion.objects.select_related("scorecard").get(pk=row["version_id"])
    before = stored_rows(day - timedelta(days=TREND_DAYS), [customer])
    receipt = explain(
        row,
        day,
        version.definition,
        references=_medians(row),
        before=before[0] if before else None,
    )
    return ExplainedScore(receipt, row, version, day, scores.closed_at)


def _medians(row: Row) -> list[int] | None:
    found = HealthReference.objects.filter(version=row["version_id"], day=row["reference_on"]).first()
    return found.medians if found else None


def newest_day(customer: UUID) -> date | None:
    """The last day on which a customer that may have left was scored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM health_snapshot WHERE customer_id = %s", [customer])
        newest: date | None = cursor.fetchone()[0]
        return newest


@dataclass(frozen=True)
class HistoryPoint:
    day: date
    score: int | None
    band: str
    version_id: UUID


def history(customer: UUID, days: int = 90) -> list[HistoryPoint]:
    """The stored scores of the last days, oldest first."""
    today = current_tenant().today()
    wanted = [today - timedelta(days=back) for back in range(days, -1, -1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, score, band, version_id FROM health_snapshot "
            "WHERE day = ANY(%s::date[]) AND customer_id = %s ORDER BY day",
            [wanted, customer],
        )
        return [HistoryPoint(*row) for row in cursor.fetchall()]
