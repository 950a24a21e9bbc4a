from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.events import record_event
from accounts.models import FxRate
from accounts.rest.fields import Day, Exact, Text
from accounts.rest.places import Currency
from accounts.rest.problems import FieldError
from accounts.rest.resource import Resource, Write


class FxRates(Resource):
    """One unit of `from` is worth `rate` units of `to` from this day on, until the next rate."""

    model = FxRate
    name = "fx_rate"
    fields = {
        "date": Day(required=True),
        "from": Currency(required=True, source="from_currency"),
        "to": Currency(required=True, source="to_currency"),
        "rate": Exact(20, 10, least="0.0000000001", required=True),
        "source": Text(50, null=True),
    }
    key = ("from", "to", "date")
    orders = {"id": "pk", "date": "date"}
    filters = {
        "date": Day(),
        "from": Currency(source="from_currency"),
        "to": Currency(source="to_currency"),
    }

    def check(self, row: Any) -> Iterable[FieldError]:
        if row.from_currency == row.to_currency:
            yield FieldError("/to", "same_currency", _("Must differ from the other currency."))

    def written(self, writes: Sequence[Write]) -> None:
        days = [day for write in writes for day in (write.row.date, write.before.get("date")) if day]
        record_event("fx.changed", **{"from": min(days).isoformat()})

    def removed(self, rows: Sequence[Any]) -> None:
        record_event("fx.changed", **{"from": min(row.date for row in rows).isoformat()})


fx_rates = FxRates()
