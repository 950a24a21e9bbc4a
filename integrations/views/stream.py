from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.services.audit import record_audit
from accounts.web import StaffRequest, render_page, staff_page
from integrations.models import DeadLetter, Reason
from integrations.selectors import dead_letter_page, stream
from integrations.services.dead_letters import NotReplayable, replay


@require_GET
@staff_page("settings.write")
def event_stream(request: StaffRequest) -> HttpResponse:
    context = {"stream": stream(request.tenant, timezone.now()), "host": settings.PUBLIC_URL}
    return render(request, "integrations/event_stream.html", context)


@require_GET
@staff_page("settings.write")
def dead_letters(request: StaffRequest) -> HttpResponse:
    reason = request.GET.get("reason", "")
    page = dead_letter_page(reason, request.GET.get("cursor", ""))
    context = {"letters": page.rows, "next_cursor": page.next_cursor, "reasons": Reason.choices, "reason": reason}
    return render_page(request, "integrations/dead_letters.html", "integrations/_dead_letters.html", context)


@require_POST
@staff_page("settings.write")
def dead_letter_replay(request: StaffRequest, pk: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter.objects, pk=pk)
    try:
        if replay(letter):
            record_audit("dead_letter.replayed", letter, label=letter.message_id)
            messages.success(request, _("The event goes through the stream once more."))
    except NotReplayable:
        messages.error(request, _("This event can never be stored: it is not text that a database takes."))
    return redirect("dead_letters", request.tenant.slug)
