from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Customer, Role
from accounts.web import StaffRequest, render_page, staff_page
from engagement.models import Signal
from engagement.selectors.today import today_page
from engagement.services.tasks import create_task, dismiss_signal, recall_signal
from engagement.wording import next_action

QUIET = timedelta(days=14)
SHOWN = 25


@require_GET
@staff_page("customers.read")
def today(request: StaffRequest) -> HttpResponse:
    who = _who(request)
    page = today_page(request.tenant, request.membership if who == "me" else None)
    context = {"today": page, "who": who, "items": page.items[:SHOWN], "more": max(0, len(page.items) - SHOWN)}
    return render_page(request, "engagement/today.html", "engagement/_today_list.html", context)


@require_POST
@staff_page("tasks.write")
def signal_dismiss(request: StaffRequest, customer: UUID, signal: str) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    until = request.tenant.today() + QUIET
    dismiss_signal(row, _signal(signal), until=until, by=request.membership)
    messages.success(request, _("“%(customer)s” stays quiet for two weeks.") % {"customer": row})
    return redirect("today", request.tenant.slug)


@require_POST
@staff_page("tasks.write")
def signal_recall(request: StaffRequest, customer: UUID, signal: str) -> HttpResponse:
    recall_signal(get_object_or_404(Customer.objects, pk=customer), _signal(signal))
    return redirect("today", request.tenant.slug)


@require_POST
@staff_page("tasks.write")
def signal_task(request: StaffRequest, customer: UUID, signal: str) -> HttpResponse:
    """Take a signal as one's own task for today."""
    row = get_object_or_404(Customer.objects, pk=customer)
    day = request.tenant.today()
    create_task(
        title=next_action(_signal(signal)),
        due_on=day,
        customer=row,
        owner=request.membership,
        created_by=request.membership,
        signal=signal,
        source="signal",
        dedupe_key=f"signal:{row.pk}:{signal}:{day}",
    )
    messages.success(request, _("It is your task for today."))
    return redirect("today", request.tenant.slug)


def _signal(value: str) -> Signal:
    if value not in Signal.values:
        raise Http404("No such signal.")
    return Signal(value)


def _who(request: StaffRequest) -> str:
    """Asked for, else one's own portfolio for a CSM and the team's for everybody else."""
    asked = request.GET.get("who")
    if asked in ("me", "team"):
        return asked
    return "me" if request.membership.role == Role.CSM else "team"
