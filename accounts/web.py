"""Staff pages: who may see which tenant's page, and the scope around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Membership, Tenant
from accounts.roles import can
from accounts.tenancy.scope import tenant_scope

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """What a staff view receives."""

    tenant: Tenant
    membership: Membership


def staff_page(permission: str) -> Callable[[View], View]:
    """Open the tenant named in the URL for its members.

    Strangers get the 404 of a tenant that does not exist, members without the permission 403. The scope spans
    the view and its rendering; an answer of 400 and above, or an exception, leaves nothing behind.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            tenant = Tenant.objects.filter(slug=slug).first()
            if tenant is None:
                raise Http404("No such page.")
            with tenant_scope(tenant):
                request.tenant = tenant
                request.membership = _membership(request.user)
                if not request.user.timezone:
                    timezone.activate(tenant.zone)  # PersonMiddleware takes it back
                if not can(request.membership, permission):
                    raise PermissionDenied(permission)
                return _finished(view(request, *args, **kwargs))

        page.permission = permission  # type: ignore[attr-defined]
        return page

    return decorate


def _membership(user: Any) -> Membership:
    membership = Membership.objects.active().select_related("user").filter(user=user).first()
    if membership is None:
        raise Http404("No such page.")
    return membership


def _finished(response: HttpResponseBase) -> HttpResponseBase:
    rendered = response.render() if hasattr(response, "render") else response
    if rendered.status_code >= 400:
        transaction.set_rollback(True)
    return rendered


def wants_partial(request: HttpRequest) -> bool:
    """True for a request by htmx that swaps a part; a boosted navigation wants the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def render_page(
    request: HttpRequest, page: str, partial: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The partial for htmx, else the page that includes the same partial."""
    response = render(request, partial if wants_partial(request) else page, context, status=status)
    response["Vary"] = "HX-Request"
    return response
