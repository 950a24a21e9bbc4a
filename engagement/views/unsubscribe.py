"""Where the address in every mail leads. No log-in, no cookie: whoever holds the signed word may choose."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Contact, MailState, Tenant
from accounts.services.audit import Actor, acting_as
from accounts.tenancy.scope import tenant_scope
from engagement.models import MailCategory
from engagement.services.letters import language_of
from engagement.services.suppressions import choose_categories, resubscribe, unsubscribe
from engagement.unsubscribe_tokens import Grant, read


@csrf_exempt  # RFC 8058: mail programs post without a cookie; the signed word is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows and changes nothing. POST with `List-Unsubscribe=One-Click` unsubscribes, other forms choose."""
    grant = read(token)
    tenant = Tenant.objects.filter(pk=grant.tenant_id).first() if grant else None
    if grant is None or tenant is None:
        raise Http404("No such page.")
    with tenant_scope(tenant):
        contact = Contact.objects.select_related("customer").filter(pk=grant.contact_id).first()
        if contact is None:
            raise Http404("No such page.")
        actor = Actor("system", contact.email, ip=request.META.get("REMOTE_ADDR"))
        with acting_as(actor), override(language_of(tenant, contact)):
            return _answer(request, tenant, contact, grant)


def _answer(request: HttpRequest, tenant: Tenant, contact: Contact, grant: Grant) -> HttpResponse:
    if request.method != "POST":
        return _page(request, tenant, contact, grant)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        unsubscribe(contact, "all" if grant.category == MailCategory.ACCOUNT else grant.category)
        return HttpResponse("", content_type="text/plain")
    if "all" in request.POST:
        unsubscribe(contact, "all")
    else:
        resubscribe(contact)
        chosen = request.POST.getlist("category")
        choose_categories(contact, {category.value: category.value in chosen for category in MailCategory.optional()})
    return redirect(f"{request.path}?saved")


def _page(request: HttpRequest, tenant: Tenant, contact: Contact, grant: Grant) -> HttpResponse:
    everything_off = contact.mail_state == MailState.UNSUBSCRIBED
    categories = [
        (category, not everything_off and contact.subscriptions.get(category) is not False, category == grant.category)
        for category in MailCategory.optional()
    ]
    context: dict[str, Any] = {
        "tenant": tenant,
        "contact": contact,
        "categories": categories,
        "everything_off": everything_off,
        "saved": "saved" in request.GET,
    }
    return render(request, "mail/choices.html", context)
