from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.services.audit import record_audit
from accounts.web import StaffRequest, render_page, staff_page
from engagement.cadence_forms import CadenceForm, StepFormSet, initial_steps
from engagement.merging import FIELDS
from engagement.models import Cadence, Enrolment, EnrolmentState
from engagement.selectors.outreach import cadence_rows, enrolment_page, step_counts, unsure_count
from engagement.services import cadences, enrolments


@require_GET
@staff_page("customers.read")
def cadence_list(request: StaffRequest) -> HttpResponse:
    context = {"rows": cadence_rows(), "unsure": unsure_count()}
    return render(request, "outreach/cadence_list.html", context)


@require_GET
@staff_page("customers.read")
def cadence(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Cadence.objects.select_related("segment").prefetch_related("steps"), pk=pk)
    state = request.GET.get("state", "")
    state = state if state in EnrolmentState.values else ""
    counts = step_counts(found)
    context = {
        "cadence": found,
        "steps": [(step, counts.get(step.pk, 0)) for step in found.steps.all()],
        "page": enrolment_page(found, state, request.GET.get("cursor", "")),
        "state": state,
        "states": EnrolmentState.choices,
    }
    return render_page(request, "outreach/cadence.html", "outreach/_enrolments.html", context)


@require_http_methods(["GET", "POST"])
@staff_page("outreach.write")
def cadence_new(request: StaffRequest) -> HttpResponse:
    return _edit(request, Cadence(), steps=[{}])


@require_http_methods(["GET", "POST"])
@staff_page("outreach.write")
def cadence_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Cadence.objects.prefetch_related("steps"), pk=pk)
    return _edit(request, found, steps=initial_steps(found))


def _edit(request: StaffRequest, edited: Cadence, *, steps: list[dict[str, Any]]) -> HttpResponse:
    data = _with_another_step(request) if "add" in request.POST else request.POST or None
    form = CadenceForm(data, instance=edited)
    formset = StepFormSet(data, initial=steps, prefix="steps")
    is_sent = request.method == "POST" and "add" not in request.POST
    if is_sent and form.is_valid() & formset.is_valid():
        return _save(request, form, formset)
    context = {
        "form": form,
        "formset": formset,
        "cadence": edited,
        "edits_old": not edited._state.adding,
        "merge_fields": FIELDS,
    }
    return render(request, "outreach/cadence_form.html", context, status=422 if is_sent else 200)


def _with_another_step(request: StaffRequest) -> Any:
    """What was typed so far, and one more empty step at the end. Nothing is checked or saved."""
    data = request.POST.copy()
    count = data.get("steps-TOTAL_FORMS", "0")
    number = min(int(count), cadences.MOST_STEPS - 1) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    data["steps-TOTAL_FORMS"] = str(number + 1)
    data.setdefault("steps-INITIAL_FORMS", "0")
    for name, value in (("offset_days", "0"), ("send_from", "09:00"), ("send_to", "16:00")):
        data[f"steps-{number}-{name}"] = value
    data.setlist(f"steps-{number}-weekdays", ["1", "2", "3", "4", "5"])
    return data


def _save(request: StaffRequest, form: CadenceForm, formset: Any) -> HttpResponse:
    is_new = form.instance._state.adding
    before = None if is_new else cadences.describe(Cadence.objects.get(pk=form.instance.pk))
    saved = form.save()
    cadences.save_steps(saved, formset.drafts())
    action = "cadence.created" if is_new else "cadence.changed"
    record_audit(action, saved, before=before, after=cadences.describe(saved))
    messages.success(request, _("Saved."))
    return redirect("cadence", request.tenant.slug, saved.pk)


@require_POST
@staff_page("outreach.write")
def cadence_activate(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Cadence.objects, pk=pk)
    try:
        if cadences.activate(found):
            messages.success(request, _("Started: %(name)s") % {"name": found.name})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("cadence", request.tenant.slug, pk)


@require_POST
@staff_page("outreach.write")
def cadence_pause(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Cadence.objects, pk=pk)
    if cadences.pause(found):
        messages.success(request, _("Paused: %(name)s") % {"name": found.name})
    return redirect("cadence", request.tenant.slug, pk)


@require_POST
@staff_page("outreach.write")
def enrolment_stop(request: StaffRequest, pk: UUID) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment.objects.select_related("contact"), pk=pk)
    if enrolments.stop(enrolment):
        messages.success(request, _("Stopped for %(name)s") % {"name": enrolment.contact})
    return redirect("cadence", request.tenant.slug, enrolment.cadence_id)
