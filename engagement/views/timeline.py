from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.roles import can
from accounts.web import StaffRequest, render_page, staff_page
from engagement.forms import ActivityForm
from engagement.models import Activity, ActivityKind
from engagement.selectors.timeline import open_tasks, timeline
from engagement.services.timeline import edit_note, record_activity, remove_activity, restore_activity


@require_GET
@staff_page("customers.read")
def timeline_panel(request: StaffRequest, customer: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    kind = request.GET.get("kind", "")
    page = timeline(row, before=request.GET.get("before", ""), kind=kind if kind in ActivityKind.values else "")
    context = {
        "customer": row,
        "timeline": page,
        "form": ActivityForm(),
        "kind": kind,
        "kinds": ActivityKind.choices,
        "may_write": can(request.membership, "notes.write"),
    }
    return render_page(request, "engagement/timeline.html", "engagement/_timeline.html", context)


@require_GET
@staff_page("customers.read")
def tasks_panel(request: StaffRequest, customer: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    context = {"customer": row, "tasks": open_tasks(row), "day": request.tenant.today()}
    return render_page(request, "engagement/customer_tasks.html", "engagement/_customer_tasks.html", context)


@require_POST
@staff_page("notes.write")
def activity_new(request: StaffRequest, customer: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    form = ActivityForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "customer": row}
        return render(request, "engagement/activity_form.html", context, status=422)
    record_activity(row, form.cleaned_data["kind"], body=form.cleaned_data["body"], author=request.membership)
    messages.success(request, _("It is on the timeline."))
    return redirect(_customer_page(request, row))


@require_http_methods(["GET", "POST"])
@staff_page("notes.write")
def activity_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    activity = _written_by(request, pk)
    form = ActivityForm(request.POST or None, instance=activity)
    if request.method == "POST" and form.is_valid():
        body = form.cleaned_data["body"]
        activity.refresh_from_db(fields=["kind", "body"])
        edit_note(activity, body=body, by=request.membership)
        messages.success(request, _("Saved."))
        return redirect(_customer_page(request, activity.customer))
    context = {"form": form, "customer": activity.customer, "activity": activity}
    return render(request, "engagement/activity_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("notes.write")
def activity_remove(request: StaffRequest, pk: UUID) -> HttpResponse:
    activity = _written_by(request, pk)
    if remove_activity(activity):
        undo = reverse("activity_restore", args=[request.tenant.slug, activity.pk])
        messages.success(request, _("Removed from the timeline."), extra_tags=undo)
    return redirect(_customer_page(request, activity.customer))


@require_POST
@staff_page("notes.write")
def activity_restore(request: StaffRequest, pk: UUID) -> HttpResponse:
    activity = _written_by(request, pk)
    restore_activity(activity)
    return redirect(_customer_page(request, activity.customer))


def _written_by(request: StaffRequest, pk: UUID) -> Activity:
    """Their own entry; admins may correct anybody's. What the system wrote stays."""
    activity: Activity = get_object_or_404(Activity.objects.select_related("customer"), pk=pk)
    if activity.code or not (activity.author_id == request.membership.pk or can(request.membership, "team.write")):
        raise PermissionDenied("not the author")
    return activity


def _customer_page(request: StaffRequest, customer: Customer) -> str:
    return reverse("customer", args=[request.tenant.slug, customer.pk])
