from __future__ import annotations

from django.urls import path

from accounts.rest.collections import collection_routes
from engagement.api.activities import TimelineView, activities

routes = [
    *collection_routes("activities", activities),
    path("customers/<str:id>/timeline", TimelineView.as_view()),
]
