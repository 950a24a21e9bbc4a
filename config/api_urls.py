"""/api/v1: the routes of every app, each with and without a trailing slash; whatever is left is a 404 in JSON."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, path, re_path

from accounts.api.urls import routes as accounts_routes
from accounts.rest.documents import SchemaView, docs
from accounts.rest.unknown import unknown_route
from churn.api.urls import routes as churn_routes
from engagement.api.urls import routes as engagement_routes
from health.api.urls import routes as health_routes
from health.api.usage_urls import routes as usage_routes
from integrations.api.urls import routes as integrations_routes


def with_slash_twins(routes: Iterable[URLPattern]) -> list[URLPattern]:
    return [twin for route in routes for twin in (route, path(f"{route.pattern}/", route.callback))]


urlpatterns = [
    *with_slash_twins(
        [
            path("schema", SchemaView.as_view(), name="api_schema"),
            path("docs", docs, name="api_docs"),
            *accounts_routes,
            *engagement_routes,
            *health_routes,
            *usage_routes,
            *integrations_routes,
            *churn_routes,
        ]
    ),
    re_path(r"^.*$", unknown_route),
]
