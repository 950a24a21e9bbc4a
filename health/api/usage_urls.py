"""Routes of usage below /api/v1."""

from __future__ import annotations

from django.urls import path

from accounts.rest.collections import collection_routes
from health.api.features import features
from health.api.usage import UsageView

routes = [
    *collection_routes("features", features),
    path("customers/<str:id>/usage", UsageView.as_view()),
]
