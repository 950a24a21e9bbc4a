from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.events import record_event
from accounts.services.audit import record_audit
from accounts.web import StaffRequest, staff_page
from health.forms.features import EventTypeForm, FeatureForm
from health.models import EventRole, EventType, Feature
from health.selectors.event_types import event_type_page
from health.services.features import change_event_type, link


@require_GET
@staff_page("settings.write")
def event_types(request: StaffRequest) -> HttpResponse:
    page = event_type_page(request.GET.get("q", "").replace("\x00", ""), request.GET.get("cursor", ""))
    context = {"page": page, "features": Feature.objects.order_by("name"), "roles": EventRole.choices}
    return render(request, "health/event_types.html", {**context, "next_cursor": page.next_cursor})


@require_POST
@staff_page("settings.write")
def event_type_change(request: StaffRequest, pk: UUID) -> HttpResponse:
    event_type = get_object_or_404(EventType.objects, pk=pk)
    form = EventTypeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the entries of both lists."))
    elif change_event_type(event_type, **form.cleaned_data):
        messages.success(request, _("Saved. Figures follow within a minute."))
    return redirect("event_types", request.tenant.slug)


@require_http_methods(["GET", "POST"])
@staff_page("settings.write")
def feature_new(request: StaffRequest) -> HttpResponse:
    form = FeatureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        feature = form.save()
        link([feature])
        record_event("features.changed", keys=[feature.key])
        record_audit("feature.created", feature, after={"key": feature.key, "kind": feature.kind})
        return redirect("event_types", request.tenant.slug)
    status = 422 if form.is_bound else 200
    return render(request, "health/feature_form.html", {"form": form}, status=status)


@require_POST
@staff_page("settings.write")
def feature_delete(request: StaffRequest, pk: UUID) -> HttpResponse:
    feature = get_object_or_404(Feature.objects, pk=pk)
    record_event("features.changed", keys=[feature.key])
    record_audit("feature.deleted", feature, before={"key": feature.key, "kind": feature.kind})
    feature.delete()
    return redirect("event_types", request.tenant.slug)
