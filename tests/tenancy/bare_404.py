"""The product's routes with a 404 that costs nothing to render, for tests that ask for thousands of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from config.urls import urlpatterns

__all__ = ["handler404", "urlpatterns"]


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseNotFound()
