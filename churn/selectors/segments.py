"""A saved segment as a condition of the ledger's statements."""

from __future__ import annotations

from django.core.exceptions import EmptyResultSet
from django.db import connection

from accounts import models
from accounts.segment_rules import segment_sql
from churn.selectors.periods import Segment

NOBODY = "SELECT NULL::uuid WHERE false"


def ledger_segment(segment: models.Segment) -> Segment:
    """Its customers of today, as a subquery with the values inside and per cent signs doubled."""
    try:
        sql, values = segment_sql(segment)
    except EmptyResultSet:
        return Segment(NOBODY)
    with connection.cursor() as cursor:
        return Segment(cursor.mogrify(sql, values).decode().replace("%", "%%"))
