"""Accepting an invitation: the link leads a new person to a name and a password, a known one to a single button."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.join import JoinForm
from accounts.middleware import actor_of
from accounts.models import Invitation, Tenant, User
from accounts.services.audit import acting_as
from accounts.services.invitations import accept, find_invitation
from accounts.sign_in import BACKEND
from accounts.tenancy.scope import tenant_scope


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404("No such page.")
    with tenant_scope(tenant):
        invitation = find_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    if request.user.is_authenticated:
        return _join_as(request, tenant, invitation, request.user)  # type: ignore[arg-type]
    if User.objects.filter(email=invitation.email).exists():
        return redirect_to_login(request.get_full_path())
    return _join_new(request, tenant, invitation)


def _join_as(request: HttpRequest, tenant: Tenant, invitation: Invitation, person: User) -> HttpResponse:
    fits = _owns(person, invitation.email)
    if request.method == "POST" and fits:
        return _accepted(request, tenant, invitation, person)
    context = {"tenant": tenant, "invitation": invitation, "fits": fits}
    return render(request, "accounts/join.html", context, status=200 if request.method == "GET" else 403)


def _join_new(request: HttpRequest, tenant: Tenant, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        person = form.person()
        return _accepted(request, tenant, invitation, person)
    context = {"tenant": tenant, "invitation": invitation, "form": form, "fits": True}
    return render(request, "accounts/join.html", context, status=422 if form.errors else 200)


def _accepted(request: HttpRequest, tenant: Tenant, invitation: Invitation, person: User) -> HttpResponse:
    is_new = person._state.adding
    with acting_as(actor_of(request, person)), tenant_scope(tenant):
        if accept(invitation, person) is None:
            raise Http404("No such page.")
    if is_new:
        login(request, person, backend=BACKEND)
    messages.success(request, _("Welcome to %(tenant)s.") % {"tenant": tenant.name})
    return redirect(f"/{tenant.slug}/")


def _owns(person: User, email: str) -> bool:
    return EmailAddress.objects.filter(user=person, email__iexact=email, verified=True).exists()
