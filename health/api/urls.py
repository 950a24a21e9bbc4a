"""Routes of scores, scorecards and measures."""

from __future__ import annotations

from django.urls import path

from health.api.health import HealthScoresView, HealthView, OverrideView, RiskView
from health.api.measures import MeasuresView, MeasureValuesBulk
from health.api.scorecards import routes as scorecard_routes

routes = [
    path("customers/<str:id>/health", HealthView.as_view()),
    path("customers/<str:id>/health/override", OverrideView.as_view()),
    path("customers/<str:id>/risk", RiskView.as_view()),
    path("health-scores", HealthScoresView.as_view()),
    path("measures", MeasuresView.as_view()),
    path("measure_values/bulk", MeasureValuesBulk.as_view()),
    *scorecard_routes(),
]
