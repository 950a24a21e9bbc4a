from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.api.customers import customers
from accounts.rest.collections import find_row
from accounts.rest.fields import Day, Text
from accounts.rest.openapi import Operation, component
from accounts.rest.problems import FieldError, bad_parameters
from accounts.rest.views import ApiView, Request, Response
from health.usage import reader

USUAL_DAYS = 90
MOST_DAYS = 3660
_DAY = {
    "type": "object",
    "required": ["day", "count", "users"],
    "properties": {
        "day": {"type": "string", "format": "date"},
        "count": {"type": "integer"},
        "users": {"type": "integer", "description": "Different people."},
    },
}
USAGE = component(
    "Usage",
    {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": _DAY}}},
)


class UsageView(ApiView):
    """How much a customer uses the product, day by day in the tenant's time zone. Days without use are left out."""

    parameters = {
        "event": Text(200, help="One event; all of them together without it."),
        "from": Day(help="First day; 90 days before `to` without it."),
        "to": Day(help="The day after the last one; tomorrow without it."),
    }
    operations = {"GET": Operation("Read a customer's usage by day", USAGE)}

    def get(self, request: Request, id: str) -> Response:
        query = self.query()
        customer = find_row(customers, id)
        end = query.get("to") or self.tenant.today() + timedelta(days=1)
        start = query.get("from") or end - timedelta(days=USUAL_DAYS)
        if end <= start:
            raise bad_parameters([FieldError("?to", "out_of_range", _("Must be after `from`."))])
        if (end - start).days > MOST_DAYS:
            raise bad_parameters([FieldError("?from", "out_of_range", _("Asks for more than ten years."))])
        rows = reader.daily(customer.pk, start, end, event=query.get("event", ""))
        return Response(
            {"data": [{"day": row.day.isoformat(), "count": row.count, "users": row.users} for row in rows]}
        )
