from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.workspace import PoliciesForm, WorkspaceForm
from accounts.services.workspace import change_policies, change_workspace
from accounts.settings_pages import settings_pages
from accounts.web import StaffRequest, staff_page


@require_GET
@staff_page("settings.read")
def settings_index(request: StaffRequest) -> HttpResponse:
    return render(request, "settings/index.html", {"groups": list(settings_pages(request.membership))})


@require_http_methods(["GET", "POST"])
@staff_page("settings.write")
def workspace(request: StaffRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, instance=request.tenant)
    if request.method == "POST" and form.is_valid():
        try:
            change_workspace(request.tenant, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace_settings", request.tenant.slug)
    return render(request, "settings/workspace.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@staff_page("settings.write")
def policies(request: StaffRequest) -> HttpResponse:
    form = PoliciesForm(request.POST or None, tenant=request.tenant)
    if request.method == "POST" and form.is_valid():
        if change_policies(request.tenant, form.cleaned_data):
            messages.success(request, _("Saved. The figures are being computed anew."))
        return redirect("policy_settings", request.tenant.slug)
    return render(request, "settings/policies.html", {"form": form}, status=422 if form.errors else 200)
