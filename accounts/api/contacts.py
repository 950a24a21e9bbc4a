from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.events import record_event
from accounts.models import Contact, Customer, MailState
from accounts.rest.collections import find_row
from accounts.rest.fields import Choice, Email, ExternalId, Flag, Instant, Text
from accounts.rest.nested import Flags, JsonObject
from accounts.rest.openapi import Operation
from accounts.rest.places import LanguageTag, TimeZone
from accounts.rest.references import Ref
from accounts.rest.resource import Resource, Write
from accounts.rest.views import ApiView, Request, Response
from accounts.services.erasure import erase_contact


class Contacts(Resource):
    model = Contact
    name = "contact"
    fields = {
        "external_id": ExternalId(),
        "customer": Ref(Customer, null=True),
        "email": Email(null=True),
        "name": Text(200, null=True),
        "role": Text(100, null=True),
        "language": LanguageTag(null=True),
        "timezone": TimeZone(null=True),
        "is_champion": Flag(default=False),
        "subscriptions": Flags(merges=True, help="E-mail categories and whether the contact wants them."),
        "mail_state": Choice(MailState.values, read_only=True),
        "traits": JsonObject(merges=True),
        "created_at": Instant(),
        "updated_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "updated_at": "updated_at"}
    filters = {
        "external_id": ExternalId(),
        "customer": Ref(Customer),
        "email": Email(),
        "is_champion": Flag(),
        "mail_state": Choice(MailState.values),
        "updated_since": Instant(source="updated_at__gte"),
    }

    def narrow(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        if name == "email":
            return rows.annotate(email_lc=Lower("email")).filter(email_lc=value.lower())
        return super().narrow(rows, name, value)

    def written(self, writes: Sequence[Write]) -> None:
        record_event("contacts.changed", contact_ids=[str(write.row.pk) for write in writes])

    def removed(self, rows: Sequence[Any]) -> None:
        record_event("contacts.changed", contact_ids=[str(row.pk) for row in rows])


contacts = Contacts()


class EraseView(ApiView):
    """Forget who a contact was, for good. The row stays for the figures."""

    operations = {"POST": Operation("Erase a contact's personal data", contacts.read_schema)}

    def post(self, request: Request, id: str) -> Response:
        contact = find_row(contacts, id)
        erase_contact(contact)
        return Response(contacts.render(contacts.rows().get(pk=contact.pk)))
