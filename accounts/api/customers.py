from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.events import record_event
from accounts.models import Customer, CustomerStanding, Segment, Stage
from accounts.rest.fields import Choice, Day, ExternalId, Flag, Instant, Text
from accounts.rest.nested import JsonObject
from accounts.rest.places import Currency, LanguageTag, TimeZone
from accounts.rest.references import Member, Ref
from accounts.rest.resource import Resource, Write
from accounts.segment_rules import customers_in

MOST_FOUND = 100_000


class Customers(Resource):
    model = Customer
    name = "customer"
    fields = {
        "external_id": ExternalId(),
        "name": Text(200, required=True),
        "domain": Text(253, null=True),
        "stage": Choice(Stage.values, default=Stage.ONBOARDING.value),
        "tier": Text(50, null=True),
        "industry": Text(100, null=True),
        "acquisition_channel": Text(100, null=True),
        "currency": Currency(null=True),
        "timezone": TimeZone(null=True),
        "language": LanguageTag(null=True),
        "csm": Member(null=True, help="E-mail address of an active member of the team."),
        "signed_up_on": Day(null=True),
        "is_test": Flag(default=False),
        "attributes": JsonObject(merges=True),
        "created_at": Instant(),
        "updated_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "name": "name_lc", "updated_at": "updated_at"}
    filters = {
        "external_id": ExternalId(),
        "stage": Choice(Stage.values),
        "tier": Text(50, blank=True),
        "domain": Text(253),
        "csm": Member(),
        "is_test": Flag(),
        "segment": Ref(Segment),
        "updated_since": Instant(source="updated_at__gte"),
        "q": Text(100, help="Part of the name."),
    }

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("csm__user")

    def narrow(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        if name == "q":
            return rows.filter(pk__in=RawSQL("SELECT id FROM search_customers(%s, %s)", [value, MOST_FOUND]))
        if name == "segment":
            segment = Segment.objects.filter(pk=value).first()
            return rows.filter(pk__in=customers_in(segment)) if segment else rows.none()
        return super().narrow(rows, name, value)

    def written(self, writes: Sequence[Write]) -> None:
        made = [CustomerStanding(customer=write.row) for write in writes if write.created]
        CustomerStanding.objects.bulk_create(made, ignore_conflicts=True)
        record_event("customers.changed", customer_ids=[str(write.row.pk) for write in writes])

    def removed(self, rows: Sequence[Any]) -> None:
        record_event("customers.changed", customer_ids=[str(row.pk) for row in rows])


customers = Customers()
