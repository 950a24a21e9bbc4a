from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from config import health
from config.shell import theme
from config.styleguide import styleguide
from config.views.palette import palette
from engagement.views.unsubscribe import mail_choices

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("accounts.public_urls")),
    path("u/<str:token>", mail_choices, name="mail_choices"),
    path("account/", include("allauth.urls")),
    path("theme/", theme, name="theme"),
    *([path("styleguide/", styleguide, name="styleguide")] if settings.STYLEGUIDE else []),
    path("v1/", include("integrations.ingest_urls")),
    path("<slug:slug>/palette/", palette, name="palette"),
    path("api/v1/", include("config.api_urls")),
    path("<slug:slug>/", include("accounts.settings_urls")),
    path("<slug:slug>/", include("accounts.urls")),
    path("<slug:slug>/", include("accounts.imports.urls")),
    path("<slug:slug>/", include("engagement.urls")),
    path("<slug:slug>/", include("churn.urls")),
    path("<slug:slug>/", include("health.usage.urls")),
    path("<slug:slug>/", include("integrations.urls")),
    path("<slug:slug>/", include("health.urls")),
]
