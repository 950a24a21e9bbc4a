"""The ledger as plain rows, for tests to compare."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Customer, FxRate


class Line(NamedTuple):
    day: date
    kind: str
    delta: Decimal
    mrr: Decimal


def make_rate(day: date, rate: str, currency: str = "EUR", to: str = "USD") -> FxRate:
    return FxRate.objects.create(date=day, from_currency=currency, to_currency=to, rate=Decimal(rate))


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def lines_of(customer: Customer) -> list[Line]:
    found = rows(
        "SELECT day, kind, trim_scale(delta), trim_scale(mrr_after) FROM churn_movement "
        "WHERE customer_id = %(customer)s ORDER BY day, line",
        customer=customer.pk,
    )
    return [Line(*each) for each in found]


def kinds_of(customer: Customer) -> list[tuple[str, str, Decimal]]:
    """Day, kind and delta of every line, short enough to read in an assertion."""
    return [(f"{each.day:%m-%d}", each.kind, each.delta) for each in lines_of(customer)]
