from __future__ import annotations

from django.urls import path

from health.views import panel, portfolio, scorecards

urlpatterns = [
    path("health/", portfolio.portfolio, name="health"),
    path("customers/<uuid:customer>/health/", panel.panel, name="health_panel"),
    path("customers/<uuid:customer>/health/override/", panel.override, name="health_override"),
    path("customers/<uuid:customer>/health/override/end/", panel.override_end, name="health_override_end"),
    path("health/overrides/<uuid:pk>/restore/", panel.override_restore, name="health_override_restore"),
    path("settings/scorecards/", scorecards.scorecard_list, name="scorecard_list"),
    path("settings/scorecards/new/", scorecards.scorecard_new, name="scorecard_new"),
    path("settings/scorecards/preview/", scorecards.scorecard_preview, name="scorecard_preview"),
    path("settings/scorecards/<uuid:pk>/", scorecards.scorecard_edit, name="scorecard_edit"),
    path("settings/scorecards/<uuid:pk>/history/", scorecards.scorecard_history, name="scorecard_history"),
    path("settings/scorecards/<uuid:pk>/retire/", scorecards.scorecard_retire, name="scorecard_retire"),
    path("settings/scorecards/<uuid:pk>/restore/", scorecards.scorecard_restore, name="scorecard_restore"),
    path(
        "settings/scorecards/<uuid:pk>/versions/<int:number>/",
        scorecards.scorecard_republish,
        name="scorecard_republish",
    ),
]
