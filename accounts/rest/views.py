"""`ApiView`: what every resource of /api/v1 extends."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ApiKey, Tenant
from accounts.rest.fields import Field
from accounts.rest.idempotency import attempt_of
from accounts.rest.json_body import MAX_BYTES, StrictJsonParser, read_limited
from accounts.rest.keys import actor_of, bearer_of, note_use, require, unauthorized
from accounts.rest.limits import count_request
from accounts.rest.negotiation import JsonOnly
from accounts.rest.nested import clean_fields
from accounts.rest.openapi import ApiSchema, Operation
from accounts.rest.parameters import clean_parameters
from accounts.rest.problems import Problem, handle_exception, invalid
from accounts.services.api_keys import find_api_key, tenant_of_key
from accounts.services.audit import acting_as
from accounts.tenancy.scope import tenant_scope

SAFE = ("GET", "HEAD")


class ApiView(APIView):
    """One resource, reached with a key.

    The key's tenant is in scope from the first query to the last byte rendered; an answer of 400 and above
    leaves nothing behind. `required_scope` is a scope, or one per method; `parameters` are the query
    parameters by name (all others are refused); `operations` describe the methods for OpenAPI.
    """

    required_scope: ClassVar[str | Mapping[str, str]] = {}
    parameters: ClassVar[Mapping[str, Field]] = {}
    operations: ClassVar[Mapping[str, Operation]] = {}
    secret_fields: ClassVar[tuple[str, ...]] = ()
    max_bytes: ClassVar[int] = MAX_BYTES
    requests_per_minute: ClassVar[int | None] = None

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes: Any = (StrictJsonParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonOnly
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ApiSchema()

    tenant: Tenant
    key: ApiKey

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            secret = bearer_of(request)
            tenant = tenant_of_key(secret)
            if tenant is None:
                raise unauthorized()
            with tenant_scope(tenant):
                return self._dispatch_in_scope(request, tenant, secret, *args, **kwargs)
        except Exception as error:
            return handle_exception(error, {"view": self, "request": request})

    def _dispatch_in_scope(
        self, request: HttpRequest, tenant: Tenant, secret: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        key = find_api_key(secret)
        if key is None:
            raise unauthorized()
        self.tenant, self.key = tenant, key
        allowance = count_request(f"{tenant.pk}:{key.pk}:{self.bucket()}", self.requests_per_minute)
        with acting_as(actor_of(request, key)):
            if allowance.exceeded:
                response: HttpResponseBase = allowance.refusal().response()
            else:
                response = self._answer(request, *args, **kwargs)
        allowance.mark(response)
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.check_method(request)
            require(self.key, self.scope_for(request.method or ""))
            note_use(self.key)
            if request.method in SAFE:
                return self._rendered(super().dispatch(request, *args, **kwargs))
            return self._write(request, *args, **kwargs)
        except Exception as error:
            return handle_exception(error, {"view": self, "request": request})

    def _write(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        attempt = None
        if "Idempotency-Key" in request.headers:
            attempt = attempt_of(request, self.key, self._buffered(request))
        earlier = attempt.earlier_answer() if attempt else None
        if earlier is not None:
            return earlier
        response = self._rendered(super().dispatch(request, *args, **kwargs))
        if attempt and response.status_code < 400 and isinstance(response, HttpResponse):
            attempt.keep(response, self.secret_fields)
        return response

    def _buffered(self, request: HttpRequest) -> bytes:
        """The body, kept so that the parser can read it again."""
        body = read_limited(request, self.max_bytes)  # type: ignore[arg-type]
        request._body = body  # type: ignore[attr-defined]
        request._stream = BytesIO(body)  # type: ignore[attr-defined]
        request._read_started = False  # type: ignore[attr-defined]
        return body

    @staticmethod
    def _rendered(response: Any) -> HttpResponseBase:
        rendered: HttpResponseBase = response.render() if hasattr(response, "render") else response
        return rendered

    def check_method(self, request: HttpRequest) -> None:
        """405 before 403: what does not exist needs no scope."""
        method = (request.method or "").lower()
        if method not in self.http_method_names or not hasattr(self, method):
            allowed = ", ".join(self.allowed_methods)
            raise Problem(405, _("Allowed: %(methods)s.") % {"methods": allowed}, headers={"Allow": allowed})

    def scope_for(self, method: str) -> str:
        if isinstance(self.required_scope, str):
            return self.required_scope
        return self.required_scope.get(method, "read" if method in SAFE else "write")

    def bucket(self) -> str:
        """Name of the rate limit that this view counts against."""
        return "api"

    def get_exception_handler(self) -> Any:
        return handle_exception

    def query(self) -> dict[str, Any]:
        """The cleaned query parameters; 400 names those that are unknown or wrong."""
        return clean_parameters(self.parameters, self.request.query_params)

    def body(self, fields: Mapping[str, Field], *, partial: bool = False) -> dict[str, Any]:
        """The cleaned JSON body, or 422 with a pointer to everything that is wrong."""
        values, errors = clean_fields(fields, self.request.data, partial=partial)
        if errors:
            raise invalid(errors)
        return values


__all__ = ["ApiView", "Request", "Response"]
