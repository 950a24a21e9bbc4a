from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now

from accounts.api.customers import customers
from accounts.models import Contact, Customer
from accounts.rest.collections import find_row, page_of
from accounts.rest.cursors import page_parameters
from accounts.rest.fields import Choice, ExternalId, Instant, Text
from accounts.rest.openapi import Operation, listing
from accounts.rest.references import Ref
from accounts.rest.resource import Resource, Write
from accounts.rest.views import ApiView, Request, Response
from engagement.models import Activity, ActivityKind
from engagement.services.timeline import touch_customers


class Activities(Resource):
    """What happened with a customer, from wherever it is known."""

    model = Activity
    name = "activity"
    fields = {
        "external_id": ExternalId(),
        "customer": Ref(Customer, required=True),
        "contact": Ref(Contact, null=True),
        "kind": Choice(ActivityKind.values, required=True),
        "occurred_at": Instant(help="When it happened; the moment of the call when left out."),
        "title": Text(200, null=True),
        "body": Text(20_000, null=True, multiline=True),
        "actor": Text(200, null=True, help="Who did it, as it should be shown."),
        "created_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "occurred_at": "occurred_at"}
    filters = {
        "external_id": ExternalId(),
        "customer": Ref(Customer),
        "kind": Choice(ActivityKind.values),
        "occurred_since": Instant(source="occurred_at__gte"),
    }

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Activity.objects.visible()
        return found

    def prepare(self, rows: Sequence[Any]) -> None:
        for row in rows:
            row.occurred_at = row.occurred_at or now()

    def written(self, writes: Sequence[Write]) -> None:
        touch_customers([write.row for write in writes])


activities = Activities()


class TimelineView(ApiView):
    """The timeline of one customer, newest first."""

    operations = {"GET": Operation("The timeline of a customer", listing(activities.read_schema), refusals=(404,))}
    parameters = {
        **page_parameters({"occurred_at": "occurred_at"}, "-occurred_at"),
        "kind": activities.filters["kind"],
    }

    def get(self, request: Request, id: str) -> Response:
        customer = find_row(customers, id)
        rows = activities.rows().filter(customer=customer)
        return Response(page_of(activities, rows, self.query()))
