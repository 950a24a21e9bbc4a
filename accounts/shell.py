"""What the frame of every page asks of us: the person's workspaces, when a menu shows them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.selectors.workspaces import workspaces_of


def workspaces(request: HttpRequest) -> dict[str, Any]:
    return {"workspaces": lambda: list(_rows(request))}


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    here = getattr(getattr(request, "tenant", None), "slug", "")
    return [
        {"name": each.name, "url": each.url, "role": each.role, "is_current": each.slug == here}
        for each in workspaces_of(request.user)
    ]
