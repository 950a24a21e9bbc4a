"""What every page's frame needs: theme, menus, palette. Nothing is looked up until a template asks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from config.navigation import MAIN, PERSONAL, links, tenant_url

THEMES = ("light", "dark", "auto")
A_YEAR = 365 * 24 * 3600


def shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "auto",
        "navigation": lambda: list(links(request, MAIN if hasattr(request, "tenant") else PERSONAL)),
        "user_links": lambda: list(links(request, PERSONAL)),
        "home_url": lambda: tenant_url(request, "today") or "/",
        "palette_url": lambda: tenant_url(request, "palette"),
        "search_url": lambda: tenant_url(request, "customer_list"),
    }


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme for browsers without JavaScript; anything but a theme changes nothing."""
    here = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure()):
        here = "/"
    response = HttpResponseRedirect(here)
    if request.POST.get("theme") in THEMES:
        response.set_cookie(
            "theme",
            request.POST["theme"],
            max_age=A_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
