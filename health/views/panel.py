from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.roles import can
from accounts.web import StaffRequest, render_page, staff_page
from health.forms.override import OverrideForm
from health.models import HealthOverride
from health.selectors.panel import SPANS, health_panel
from health.services.overrides import end_override, set_override


@require_GET
@staff_page("health.read")
def panel(request: StaffRequest, customer: UUID) -> HttpResponse:
    asked = request.GET.get("days", "")
    span = int(asked) if asked in map(str, SPANS) else 28
    found = health_panel(get_object_or_404(Customer.objects, pk=customer), span=span)
    context = {
        "panel": found,
        "customer": found.customer,
        "spans": SPANS,
        "may_override": can(request.membership, "health.override"),
    }
    return render_page(request, "health/customer.html", "health/_customer.html", context)


@require_http_methods(["GET", "POST"])
@staff_page("health.override")
def override(request: StaffRequest, customer: UUID) -> HttpResponse:
    found = get_object_or_404(Customer.objects, pk=customer)
    form = OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_override(found, **form.cleaned_data, by=request.membership)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            undo = reverse("health_override_end", args=[request.tenant.slug, found.pk])
            messages.success(request, _("Your judgement shows from now on."), extra_tags=undo)
            return redirect("customer", request.tenant.slug, found.pk)
    context = {"form": form, "customer": found}
    return render(request, "health/override.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("health.override")
def override_end(request: StaffRequest, customer: UUID) -> HttpResponse:
    found = get_object_or_404(Customer.objects, pk=customer)
    ended = end_override(found, by=request.membership)
    if ended is not None:
        undo = reverse("health_override_restore", args=[request.tenant.slug, ended.pk])
        messages.success(request, _("The computed score shows again."), extra_tags=undo)
    return redirect("customer", request.tenant.slug, found.pk)


@require_POST
@staff_page("health.override")
def override_restore(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give back a judgement that was ended, until its own date."""
    ended = get_object_or_404(HealthOverride.objects.select_related("customer"), pk=pk)
    if ended.expires_on >= request.tenant.today():
        set_override(
            ended.customer,
            score=ended.score,
            reason=ended.reason,
            expires_on=ended.expires_on,
            by=ended.author,
            author=ended.author_label,
        )
    return redirect("customer", request.tenant.slug, ended.customer_id)
