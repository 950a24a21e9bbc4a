"""The browser snippet, served beside the endpoint that it sends to."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe


@cache
def _script() -> bytes:
    return bytes((settings.BASE_DIR / "static" / "js" / "p.js").read_bytes())


def _etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_script()).hexdigest()[:16]}"'


@require_safe
@condition(etag_func=_etag)
def snippet(request: HttpRequest) -> HttpResponse:
    """An hour in caches, so that a new version reaches everybody the same day."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
