"""The wire endpoint below /v1/: every call with and without a slash at its end, so that nothing is ever redirected."""

from __future__ import annotations

from django.urls import path

from integrations.views.ingest import ingest
from integrations.views.snippet import snippet
from integrations.wire.post import CALLS

urlpatterns = [
    path("p.js", snippet, name="browser_snippet"),
    *(
        path(f"{call}{slash}", ingest, {"call": call}, name=f"ingest_{call}")
        for call in sorted(CALLS)
        for slash in ("", "/")
    ),
]
