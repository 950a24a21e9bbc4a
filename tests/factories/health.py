"""Scorecards and values; the tenant's scope is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Customer
from accounts.tenancy.scope import current_tenant
from health.models import EventType, Scorecard
from health.services.measure_values import Observation, record_values
from health.services.scorecards import create_scorecard, read_document
from health.usage import running
from health.usage.history import sum_days

ONE_GROUP = {
    "groups": [{"key": "usage", "weight": 1, "measures": [{"key": "logins", "weight": 1, "red": 0, "green": 100}]}]
}


def make_scorecard(document: Mapping[str, Any] = ONE_GROUP, **fields: Any) -> Scorecard:
    definition = read_document(dict(document))
    return create_scorecard(**{"name": "Scorecard", "stages": [], "definition": definition, **fields})


def feed(customer: Customer, day: date, **values: Any) -> None:
    """Observe these measures at noon of the local day, on record at once."""
    noon = datetime.combine(day, time(12), tzinfo=current_tenant().zone)
    rows = [
        Observation(customer.pk, key, None if value is None else Decimal(str(value)), noon, recorded_at=noon)
        for key, value in values.items()
    ]
    record_values(rows)


def use(customer: Customer, day: date, *, event: str = "Report made", users: int = 1, count: int = 1) -> None:
    """So many people do the action so many times each on a day; `sum_usage` makes the rollups."""
    EventType.objects.get_or_create(event=event, defaults={"slug": event.lower().replace(" ", "_")})
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO health_user_day (customer_id, day, user_ref, event, count) VALUES (%s, %s, %s, %s, %s)",
            [(customer.pk, day, f"user-{n}", event, count) for n in range(users)],
        )


def sum_usage(as_of: date) -> None:
    sum_days()
    running.refresh(as_of=as_of)
