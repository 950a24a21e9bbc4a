from __future__ import annotations

from django.urls import path

from health.views import event_types, usage

urlpatterns = [
    path("customers/<uuid:customer>/usage/", usage.usage_panel, name="usage_panel"),
    path("settings/events/", event_types.event_types, name="event_types"),
    path("settings/events/<uuid:pk>/", event_types.event_type_change, name="event_type_change"),
    path("settings/features/new/", event_types.feature_new, name="feature_new"),
    path("settings/features/<uuid:pk>/delete/", event_types.feature_delete, name="feature_delete"),
]
