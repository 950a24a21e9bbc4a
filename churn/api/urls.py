from __future__ import annotations

from django.urls import path

from churn.api.revenue import RevenueView

routes = [
    path("metrics/revenue", RevenueView.as_view()),
]
