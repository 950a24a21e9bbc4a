from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Language, Tenant
from accounts.policies import SWITCHES, policies_as_json
from accounts.rest.fields import Choice, Field, Schema, Text, Whole
from accounts.rest.nested import clean_fields, escaped, object_schema
from accounts.rest.openapi import Operation, component, inputs
from accounts.rest.places import Currency, TimeZone
from accounts.rest.problems import FieldError, invalid
from accounts.rest.views import ApiView, Request, Response
from accounts.services.workspace import change_policies, change_workspace


class PolicySwitches(Field):
    """Checked by the switches themselves, which know their words and bounds."""

    type = "object"

    def parse(self, value: Any) -> Any:
        return value

    def details(self) -> Schema:
        return {"properties": {name: {"description": str(switch.label)} for name, switch in SWITCHES.items()}}


FIELDS: dict[str, Field] = {
    "name": Text(100),
    "timezone": TimeZone(help="The reporting time zone: what a date means."),
    "currency": Currency(help="The reporting currency."),
    "language": Choice(Language.values),
    "week_start": Whole(1, 7, help="Monday is 1."),
    "policies": PolicySwitches(help="How the metrics count; switches left out stay as they are."),
}
SCHEMA = component("Settings", {"type": "object", **object_schema(FIELDS)})


class SettingsView(ApiView):
    """What holds for the whole tenant: time zone, currency, first day of the week, policy switches."""

    required_scope = "admin"
    operations = {
        "GET": Operation("Read the settings", SCHEMA),
        "PATCH": Operation("Change settings", SCHEMA, request=inputs(FIELDS)),
    }

    def get(self, request: Request) -> Response:
        self.query()
        return Response(render_settings(self.tenant))

    def patch(self, request: Request) -> Response:
        values, errors = clean_fields(FIELDS, request.data, partial=True)
        if errors:
            raise invalid(errors)
        switches = values.pop("policies", {})
        try:
            change_workspace(self.tenant, **values)
        except ValidationError as error:
            raise invalid(_faults(error, "")) from error
        try:
            change_policies(self.tenant, switches)
        except ValidationError as error:
            raise invalid(_faults(error, "/policies")) from error
        return Response(render_settings(Tenant.objects.get(pk=self.tenant.pk)))


def render_settings(tenant: Tenant) -> dict[str, Any]:
    plain = {name: getattr(tenant, name) for name in FIELDS if name != "policies"}
    return {**plain, "policies": policies_as_json(tenant)}


def _faults(error: ValidationError, prefix: str) -> list[FieldError]:
    if not hasattr(error, "error_dict"):
        return [FieldError(prefix, error.code or "invalid", " ".join(error.messages))]
    return [
        FieldError(f"{prefix}/{escaped(str(name))}", each.code or "invalid", " ".join(each.messages))
        for name, faults in error.error_dict.items()
        for each in faults
    ]
