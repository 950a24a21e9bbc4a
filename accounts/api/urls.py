from __future__ import annotations

from django.urls import path

from accounts.api.contacts import EraseView, contacts
from accounts.api.customers import customers
from accounts.api.exports import routes as export_routes
from accounts.api.fx_rates import fx_rates
from accounts.api.imports import routes as import_routes
from accounts.api.jobs import routes as job_routes
from accounts.api.keys import ApiKeyCollectionView, ApiKeyView
from accounts.api.segments import segments
from accounts.api.settings import SettingsView
from accounts.api.subscriptions import subscription_changes, subscriptions
from accounts.rest.collections import collection_routes

routes = [
    *collection_routes("customers", customers),
    *collection_routes("contacts", contacts),
    path("contacts/<str:id>/erase", EraseView.as_view()),
    *collection_routes("subscriptions", subscriptions),
    *collection_routes("subscription_changes", subscription_changes),
    *collection_routes("fx_rates", fx_rates),
    *export_routes,
    *import_routes,
    *job_routes,
    *collection_routes("segments", segments),
    path("settings", SettingsView.as_view()),
    path("api_keys", ApiKeyCollectionView.as_view()),
    path("api_keys/<str:id>", ApiKeyView.as_view()),
]
