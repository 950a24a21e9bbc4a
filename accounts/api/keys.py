from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Scope
from accounts.rest.collections import find_row, page_of
from accounts.rest.fields import Choice, Field, Flag, Instant, Text
from accounts.rest.keys import IMPLIED
from accounts.rest.nested import ListOf
from accounts.rest.openapi import Operation, inputs, listing
from accounts.rest.problems import FieldError, invalid
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response
from accounts.services.api_keys import create_api_key, revoke_api_key


class ApiKeys(Resource):
    model = ApiKey
    name = "api_key"
    fields = {
        "name": Text(100, read_only=True),
        "prefix": Text(24, read_only=True),
        "scopes": ListOf(Choice(Scope.values), read_only=True),
        "is_write_key": Flag(read_only=True),
        "created_at": Instant(read_only=True),
        "expires_at": Instant(read_only=True, null=True),
        "last_used_at": Instant(read_only=True, null=True),
        "revoked_at": Instant(read_only=True, null=True),
    }


api_keys = ApiKeys()
NEW: dict[str, Field] = {
    "name": Text(100, required=True),
    "scopes": ListOf(Choice(Scope.values), least=1, most=4, required=True),
    "expires_at": Instant(null=True),
}
SHOWN_ONCE = {
    "allOf": [
        api_keys.read_schema,
        {"type": "object", "properties": {"secret": {"type": "string", "description": "Shown this once."}}},
    ]
}


class ApiKeyCollectionView(ApiView):
    """Keys of integrations. The secret is in the answer to POST and nowhere else."""

    required_scope = "admin"
    secret_fields = ("secret",)
    parameters = api_keys.parameters()
    operations = {
        "GET": Operation("List the keys", listing(api_keys.read_schema)),
        "POST": Operation("Create a key", SHOWN_ONCE, 201, inputs(NEW)),
    }

    def get(self, request: Request) -> Response:
        return Response(page_of(api_keys, api_keys.rows(), self.query()))

    def post(self, request: Request) -> Response:
        values = self.body(NEW)
        if errors := list(self._faults(values)):
            raise invalid(errors)
        key, secret = create_api_key(
            name=values["name"], scopes=sorted(set(values["scopes"])), expires_at=values.get("expires_at")
        )
        location = f"{request.path.rstrip('/')}/{key.pk}"
        return Response(api_keys.render(key) | {"secret": secret}, status=201, headers={"Location": location})

    def _faults(self, values: dict[str, Any]) -> Iterable[FieldError]:
        """A key may not outrank the one that makes it, nor be born expired."""
        for place, scope in enumerate(values["scopes"]):
            if not IMPLIED[Scope(scope)] & set(self.key.scopes):
                yield FieldError(f"/scopes/{place}", "forbidden", _("Your own key does not have this scope."))
        if values.get("expires_at") and values["expires_at"] <= timezone.now():
            yield FieldError("/expires_at", "out_of_range", _("Must be in the future."))


class ApiKeyView(ApiView):
    """One key. DELETE revokes it at once; it stays in the list, for the record."""

    required_scope = "admin"
    operations = {
        "GET": Operation("Read a key", api_keys.read_schema),
        "DELETE": Operation("Revoke a key", None, 204),
    }

    def get(self, request: Request, id: str) -> Response:
        self.query()
        return Response(api_keys.render(find_row(api_keys, id)))

    def delete(self, request: Request, id: str) -> HttpResponse:
        revoke_api_key(find_row(api_keys, id, lock=True))
        return HttpResponse(status=204)
