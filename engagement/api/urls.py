from __future__ import annotations

from django.urls import path

from accounts.rest.collections import collection_routes
from engagement.api.activities import TimelineView, activities
from engagement.api.cadences import EnrolmentsView, cadences
from engagement.api.mail_metrics import MailMetricsView
from engagement.api.mails import ResolutionView, mails

routes = [
    *collection_routes("activities", activities),
    *collection_routes("cadences", cadences),
    path("cadences/<str:id>/enrolments", EnrolmentsView.as_view()),
    *collection_routes("mails", mails, methods="list read"),
    path("mails/<str:id>/resolution", ResolutionView.as_view()),
    path("metrics/email", MailMetricsView.as_view()),
    path("customers/<str:id>/timeline", TimelineView.as_view()),
]
