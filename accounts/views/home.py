from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.selectors.workspaces import workspaces_of


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Straight into the only workspace, to the choice between several, or on with the sign-up."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    found = workspaces_of(request.user)
    if len(found) == 1:
        return redirect(found[0].url)
    return redirect("switcher" if found else "sign_up_company")


@require_GET
@login_required
def switcher(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/switcher.html")
