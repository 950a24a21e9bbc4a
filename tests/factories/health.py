"""Scorecards and values; the tenant's scope is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from accounts.models import Customer
from accounts.tenancy.scope import current_tenant
from health.models import Scorecard
from health.services.measure_values import Observation, record_values
from health.services.scorecards import create_scorecard, read_document

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
