"""How a step's mail looks in each language, and sending it to oneself."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Contact, Language
from accounts.web import StaffRequest, staff_page
from engagement.mail_layout import Letter, letter_html
from engagement.models import CadenceStep
from engagement.services.letters import NothingToSay, Words, choose_words, merge_values, merged
from engagement.services.outreach import queue_test


@require_GET
@staff_page("customers.read")
def step_preview(request: StaffRequest, pk: UUID) -> HttpResponse:
    step = get_object_or_404(CadenceStep.objects.select_related("cadence"), pk=pk)
    language = _language(request, step)
    context = {
        "step": step,
        "cadence": step.cadence,
        "words": _words(request, step, language),
        "language": language,
        "languages": [(code, name, code in step.texts) for code, name in Language.choices],
    }
    return render(request, "outreach/step_preview.html", context)


# The mail itself carries its styles in its elements. It is shown in a frame of this page, without scripts.
@csp_replace(  # type: ignore[untyped-decorator]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "connect-src": [NONE],
        "form-action": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups"],
    }
)
@xframe_options_sameorigin
@require_GET
@staff_page("customers.read")
def step_mail(request: StaffRequest, pk: UUID) -> HttpResponse:
    step = get_object_or_404(CadenceStep.objects, pk=pk)
    words = _words(request, step, _language(request, step))
    page = request.build_absolute_uri("/u/")
    return HttpResponse(letter_html(Letter(words.subject, words.body, words.language, request.tenant.name, page)))


@require_POST
@staff_page("outreach.write")
def step_test(request: StaffRequest, pk: UUID) -> HttpResponseBase:
    """Send it to the person who asks, as a mail of the outbox."""
    step = get_object_or_404(CadenceStep.objects, pk=pk)
    language = _language(request, step)
    words = _words(request, step, language)
    address = request.membership.user.email
    queue_test(
        to_email=address, subject=words.subject, body=words.body, language=words.language, dedupe_key=f"test:{uuid4()}"
    )
    messages.success(request, _("On its way to %(address)s") % {"address": address})
    response = redirect("step_preview", request.tenant.slug, step.pk)
    response["Location"] += f"?language={language}"
    return response


def _words(request: StaffRequest, step: CadenceStep, language: str) -> Words:
    """Filled in for one of the tenant's contacts, or with the fields' fallbacks."""
    try:
        words = choose_words(step.texts, language)
    except NothingToSay as error:
        raise Http404("No such page.") from error
    example = Contact.objects.exclude(name="").exclude(customer=None).select_related("customer__csm__user").first()
    return merged(words, merge_values(request.tenant, example, example.customer if example else None))


def _language(request: HttpRequest, step: CadenceStep) -> str:
    asked: Any = request.GET.get("language") or request.POST.get("language")
    return str(asked) if asked in step.texts else min(step.texts, key=lambda code: (code != "en", code), default="en")
