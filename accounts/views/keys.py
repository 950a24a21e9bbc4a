from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.keys import ApiKeyForm, WriteKeyForm
from accounts.models import ApiKey
from accounts.services.api_keys import create_api_key, revoke_api_key
from accounts.web import StaffRequest, staff_page


@require_GET
@staff_page("keys.write")
def key_list(request: StaffRequest) -> HttpResponse:
    keys = ApiKey.objects.select_related("created_by__user").order_by("is_write_key", "revoked_at", "-created_at")
    return render(request, "settings/key_list.html", {"keys": keys, "now": timezone.now()})


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("keys.write")
def key_new(request: StaffRequest) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, secret = create_api_key(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            created_by=request.membership,
            expires_at=form.expires_at(),
        )
        return render(request, "settings/key_shown.html", {"key": key, "secret": secret})
    return render(request, "settings/key_form.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("keys.write")
def write_key_new(request: StaffRequest) -> HttpResponse:
    form = WriteKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, secret = create_api_key(
            name=form.cleaned_data["name"], scopes=[], created_by=request.membership, is_write_key=True
        )
        return render(request, "settings/key_shown.html", {"key": key, "secret": secret})
    context = {"form": form, "is_write_key": True}
    return render(request, "settings/key_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("keys.write")
def key_revoke(request: StaffRequest, pk: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects, pk=pk)
    if revoke_api_key(key):
        messages.success(request, _("The key “%(name)s” works no longer.") % {"name": key.name})
    return redirect("key_list", request.tenant.slug)
