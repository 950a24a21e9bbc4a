from __future__ import annotations

from django.urls import path

from churn.api.cohorts import CohortsView
from churn.api.reasons import ReasonsView
from churn.api.revenue import RevenueView
from churn.api.survival import SurvivalView

routes = [
    path("metrics/revenue", RevenueView.as_view()),
    path("metrics/cohorts", CohortsView.as_view()),
    path("metrics/survival", SurvivalView.as_view()),
    path("metrics/reasons", ReasonsView.as_view()),
]
