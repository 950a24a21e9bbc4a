"""Three small pages: who you are (the sign-in library's), your company, your colleagues.

Whoever leaves and comes back goes on where it stopped.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.sign_up import CompanyForm
from accounts.forms.team import InvitationForm
from accounts.models import User
from accounts.selectors.team import assignable_roles
from accounts.services.invitations import Invited, invite
from accounts.services.tenants import create_tenant
from accounts.web import StaffRequest, staff_page
from accounts.welcome import next_steps


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    return redirect("sign_up_company" if request.user.is_authenticated else "account_signup")


@require_http_methods(["GET", "POST"])
@login_required
def company(request: HttpRequest) -> HttpResponse:
    person: User = request.user  # type: ignore[assignment]
    form = CompanyForm(
        request.POST or None,
        language=get_language() or "en",
        accepts=request.headers.get("Accept-Language", ""),
        your_name=person.name,
    )
    if request.method == "POST" and form.is_valid() and (slug := _create(form, person)):
        return redirect("welcome_invite", slug)
    return render(request, "accounts/sign_up_company.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@staff_page("team.write")
def invite_colleagues(request: StaffRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, roles=assignable_roles(request.membership))
    outcome = Invited()
    if request.method == "POST" and form.is_valid():
        outcome = invite(form.cleaned_data["addresses"], role=form.cleaned_data["role"], by=request.membership)
        if not outcome.refused:
            messages.success(request, _("%(count)d invited.") % {"count": len(outcome.sent)})
            return redirect("welcome", request.tenant.slug)
    context = {"form": form, "outcome": outcome}
    return render(request, "accounts/sign_up_invite.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page("customers.read")
def welcome(request: StaffRequest) -> HttpResponse:
    return render(request, "accounts/welcome.html", {"steps": list(next_steps(request.tenant, request.membership))})


def _create(form: CompanyForm, person: User) -> str:
    """The new workspace's slug, or an empty one with the reason in the form."""
    values = {name: form.cleaned_data[name] for name in ("slug", "name", "timezone", "currency")}
    try:
        tenant = create_tenant(**values, owner=person, language=person.language)
    except ValidationError as error:
        form.add_error(None, error)
        return ""
    person.name = form.cleaned_data["your_name"]
    person.save(update_fields=["name"])
    return tenant.slug
