from __future__ import annotations

from django.urls import path

from accounts.rest.collections import collection_routes
from integrations.api.dead_letters import ReplayView, dead_letters

routes = [
    path("dead_letters/<str:id>/replay", ReplayView.as_view()),
    *collection_routes("dead_letters", dead_letters, methods="list read"),
]
