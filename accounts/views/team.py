from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.team import InvitationForm, RemovalForm, RoleForm
from accounts.models import Customer, Invitation, Membership
from accounts.selectors.team import assignable_roles, open_invitations, team
from accounts.services.invitations import Invited, invite, resend, revoke
from accounts.services.members import change_role, remove_member, transfer_ownership
from accounts.web import StaffRequest, staff_page


@require_http_methods(["GET", "POST"])
@staff_page("team.write")
def team_page(request: StaffRequest) -> HttpResponse:
    """Members and open invitations; a POST invites. What could not be invited stays in the box with its reason."""
    form = InvitationForm(request.POST or None, roles=assignable_roles(request.membership))
    outcome = Invited()
    if request.method == "POST" and form.is_valid():
        outcome = invite(form.cleaned_data["addresses"], role=form.cleaned_data["role"], by=request.membership)
        if not outcome.refused:
            messages.success(request, _("%(count)d invited.") % {"count": len(outcome.sent)})
            return redirect("team", request.tenant.slug)
    context = {
        "form": form,
        "outcome": outcome,
        "members": team(request.membership),
        "invitations": open_invitations(),
        "roles": assignable_roles(request.membership),
    }
    return render(request, "settings/team.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("team.write")
def member_role(request: StaffRequest, pk: UUID) -> HttpResponse:
    member, form = _member(pk), RoleForm(request.POST)
    if form.is_valid():
        try:
            change_role(member, form.cleaned_data["role"], by=request.membership)
            messages.success(request, _("%(name)s has a new role.") % {"name": member.user.get_full_name()})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    else:
        messages.error(request, _("There is no such role."))
    return _back(request)


@require_POST
@staff_page("tenant.delete")
def member_owner(request: StaffRequest, pk: UUID) -> HttpResponse:
    member = _member(pk)
    transfer_ownership(to=member, by=request.membership)
    messages.success(request, _("%(name)s is the owner now; you are an admin.") % {"name": member.user.get_full_name()})
    return _back(request)


@require_http_methods(["GET", "POST"])
@staff_page("team.write")
def member_remove(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Asks who takes the customers over; then the person is out at once."""
    member = _member(pk)
    successors = Membership.objects.active().exclude(pk=pk).select_related("user").order_by("user__name", "pk")
    form = RemovalForm(request.POST or None, successors=successors)
    if request.method == "POST" and form.is_valid():
        try:
            remove_member(member, by=request.membership, customers_to=form.cleaned_data["customers_to"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s has left the team.") % {"name": member.user.get_full_name()})
            return redirect("home") if member.pk == request.membership.pk else _back(request)
    context = {"form": form, "member": member, "customers": Customer.objects.of(member).count()}
    return render(request, "settings/member_remove.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("team.write")
def invitation_resend(request: StaffRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects, pk=pk)
    try:
        resend(invitation, by=request.membership)
        messages.success(request, _("A new link is on its way to %(email)s.") % {"email": invitation.email})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(request)


@require_POST
@staff_page("team.write")
def invitation_revoke(request: StaffRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects, pk=pk)
    if revoke(invitation):
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return _back(request)


def _member(pk: UUID) -> Any:
    return get_object_or_404(Membership.objects.active().select_related("user"), pk=pk)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect("team", request.tenant.slug)  # type: ignore[attr-defined]
