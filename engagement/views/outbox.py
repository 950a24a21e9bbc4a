from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.web import StaffRequest, render_page, staff_page
from engagement.channels.capture import captured_file
from engagement.channels.email import message_id_of, transport_name
from engagement.markdown import markdown_html
from engagement.models import Message, MessageState, Suppression, SuppressionReason
from engagement.selectors.outreach import outbox_page, suppression_page, unsure_count
from engagement.services import unsure
from engagement.services.suppressions import lift, suppress


@require_GET
@staff_page("outreach.write")
def outbox(request: StaffRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in MessageState.values else ""
    context = {
        "page": outbox_page(state, request.GET.get("cursor", "")),
        "state": state,
        "states": MessageState.choices,
        "unsure": unsure_count(),
        "is_captured": transport_name() == "capture",
    }
    return render_page(request, "outreach/outbox.html", "outreach/_outbox_rows.html", context)


@require_GET
@staff_page("outreach.write")
def message(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Message.objects.select_related("contact", "customer", "enrolment__cadence"), pk=pk)
    context = {
        "message": found,
        "message_id": message_id_of(request.tenant.pk, found.pk),
        "body_html": mark_safe(markdown_html(found.body)),  # noqa: S308  # cleaned by nh3
        "has_file": _file(request, found) is not None,
    }
    return render(request, "outreach/message.html", context)


@require_GET
@staff_page("outreach.write")
def message_file(request: StaffRequest, pk: UUID) -> HttpResponseBase:
    """The whole mail as it was kept on this machine."""
    found = get_object_or_404(Message.objects, pk=pk)
    file = _file(request, found)
    if file is None:
        raise Http404("No such page.")
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{found.pk}.eml", content_type="message/rfc822")


DECISIONS: dict[str, tuple[Callable[[Message], bool], str]] = {
    "sent": (unsure.mark_sent, gettext_lazy("Noted as sent.")),  # type: ignore[dict-item]
    "again": (unsure.send_again, gettext_lazy("It will be sent again.")),  # type: ignore[dict-item]
    "discard": (unsure.discard, gettext_lazy("Discarded.")),  # type: ignore[dict-item]
}


@require_POST
@staff_page("outreach.write")
def message_resolve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A person says what became of an unsure mail; the second answer changes nothing."""
    decision, said = DECISIONS.get(request.POST.get("as", ""), (None, ""))
    if decision is None:
        raise Http404("No such page.")
    if decision(get_object_or_404(Message.objects.select_related("customer", "contact"), pk=pk)):
        messages.success(request, said)
    else:
        messages.warning(request, _("Somebody has decided about it already."))
    return redirect("message", request.tenant.slug, pk)


class BlockForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)


@require_http_methods(["GET", "POST"])
@staff_page("outreach.write")
def suppressions(request: StaffRequest) -> HttpResponse:
    form = BlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        suppress(form.cleaned_data["email"], SuppressionReason.MANUAL, str(request.membership))
        messages.success(request, _("Blocked: %(email)s") % {"email": form.cleaned_data["email"]})
        return redirect("suppressions", request.tenant.slug)
    page = suppression_page(request.GET.get("cursor", ""))
    context = {"page": page, "form": form}
    return render(request, "outreach/suppressions.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("outreach.write")
def suppression_lift(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Suppression.objects, pk=pk)
    lift(found)
    messages.success(request, _("May get mail again: %(email)s") % {"email": found.email})
    return redirect("suppressions", request.tenant.slug)


def _file(request: StaffRequest, found: Message) -> Path | None:
    return captured_file(message_id_of(request.tenant.pk, found.pk))
