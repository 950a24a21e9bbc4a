from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.segments import SegmentForm
from accounts.models import Segment
from accounts.roles import can
from accounts.selectors.segments import preview_of
from accounts.services.segments import remove_segment, save_segment
from accounts.toasts import toast
from accounts.web import StaffRequest, staff_page


@require_GET
@staff_page("customers.read")
def segment_list(request: StaffRequest) -> HttpResponse:
    context = {
        "segments": Segment.objects.order_by("name"),
        "may_write": can(request.membership, "customers.write"),
    }
    return render(request, "accounts/segment_list.html", context)


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def segment_new(request: StaffRequest) -> HttpResponse:
    return edit(request, Segment())


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def segment_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    return edit(request, get_object_or_404(Segment.objects, pk=pk))


def edit(request: StaffRequest, segment: Segment) -> HttpResponse:
    is_new = segment._state.adding
    form = SegmentForm(request.POST or None, instance=segment)
    if request.method == "POST" and form.is_valid():
        save_segment(form.instance)
        toast(request, _("The segment “%(name)s” is kept.") % {"name": segment.name})
        return redirect("segment_list", request.tenant.slug)
    context = {"form": form, "is_new": is_new, "segment": segment, "preview": None}
    if not is_new and not form.errors:
        context["preview"] = preview_of(segment)
    return render(request, "accounts/segment_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("customers.read")
def segment_preview(request: StaffRequest) -> HttpResponse:
    """Who belongs by the rule as it stands in the form, saved or not."""
    form = SegmentForm(request.POST, instance=Segment())
    form.full_clean()
    faults = {name: text for name, text in form.errors.items() if name != "name"}
    preview = None if faults else preview_of(form.instance)
    return render(request, "accounts/_segment_preview.html", {"preview": preview, "faults": faults})


@require_POST
@staff_page("customers.write")
def segment_remove(request: StaffRequest, pk: UUID) -> HttpResponse:
    segment = get_object_or_404(Segment.objects, pk=pk)
    remove_segment(segment)
    toast(request, _("The segment “%(name)s” is gone.") % {"name": segment.name})
    return redirect("segment_list", request.tenant.slug)
