from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.web import StaffRequest, render_page, staff_page
from engagement.forms import TaskForm
from engagement.models import Task
from engagement.selectors.tasks import task_list as task_rows
from engagement.services.tasks import change_task, complete_task, create_task, postpone_task, reopen_task

WEEK = timedelta(days=7)


@require_GET
@staff_page("customers.read")
def task_list(request: StaffRequest) -> HttpResponse:
    state = "done" if request.GET.get("state") == "done" else "open"
    who = "team" if request.GET.get("who") == "team" else "me"
    member = request.membership if who == "me" else None
    page = task_rows(state=state, member=member, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "state": state, "who": who, "day": request.tenant.today()}
    return render_page(request, "engagement/task_list.html", "engagement/_task_rows.html", context)


@require_http_methods(["GET", "POST"])
@staff_page("tasks.write")
def task_new(request: StaffRequest) -> HttpResponse:
    customer = _customer(request)
    initial = {"due_on": request.tenant.today(), "owner": request.membership.pk}
    form = TaskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        create_task(**form.cleaned_data, customer=customer, created_by=request.membership)
        messages.success(request, _("The task is noted."))
        return redirect(_back(request))
    context = {"form": form, "customer": customer, "back": _back(request)}
    return render(request, "engagement/task_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@staff_page("tasks.write")
def task_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    task = get_object_or_404(Task.objects.select_related("customer"), pk=pk)
    form = TaskForm(request.POST or None, instance=task)
    if request.method == "POST" and form.is_valid():
        task.refresh_from_db(fields=["title", "body", "due_on", "owner"])
        change_task(task, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(_back(request))
    context = {"form": form, "task": task, "customer": task.customer, "back": _back(request)}
    return render(request, "engagement/task_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("tasks.write")
def task_done(request: StaffRequest, pk: UUID) -> HttpResponse:
    task = get_object_or_404(Task.objects.select_related("customer"), pk=pk)
    if complete_task(task, by=request.membership):
        messages.success(
            request, _("Done: %(task)s") % {"task": task.title}, extra_tags=_undo(request, "task_reopen", task)
        )
    return redirect(_back(request))


@require_POST
@staff_page("tasks.write")
def task_reopen(request: StaffRequest, pk: UUID) -> HttpResponse:
    reopen_task(get_object_or_404(Task.objects.select_related("customer"), pk=pk))
    return redirect(_back(request))


@require_POST
@staff_page("tasks.write")
def task_postpone(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A week later than today, in one click; the form changes the date to any other."""
    task = get_object_or_404(Task.objects, pk=pk)
    postpone_task(task, until=request.tenant.today() + WEEK)
    messages.success(request, _("Postponed by a week: %(task)s") % {"task": task.title})
    return redirect(_back(request))


def _customer(request: StaffRequest) -> Customer | None:
    asked = request.GET.get("customer")
    if not asked:
        return None
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    return get_object_or_404(Customer.objects, pk=pk)


def _back(request: HttpRequest) -> str:
    """Where the person came from, within this site; else the Today page."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return f"/{request.tenant.slug}/"  # type: ignore[attr-defined]


def _undo(request: StaffRequest, url_name: str, task: Task) -> str:
    return reverse(url_name, args=[request.tenant.slug, task.pk])
