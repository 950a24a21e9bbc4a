"""Staff pages of integrations, below /<slug>/."""

from __future__ import annotations

from django.urls import path

from integrations.views import stream

urlpatterns = [
    path("settings/stream/", stream.event_stream, name="event_stream"),
    path("settings/stream/refused/", stream.dead_letters, name="dead_letters"),
    path("settings/stream/refused/<uuid:pk>/replay/", stream.dead_letter_replay, name="dead_letter_replay"),
]
