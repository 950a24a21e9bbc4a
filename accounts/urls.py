from __future__ import annotations

from django.urls import path

from accounts.views import customer, customers, segments

urlpatterns = [
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customer.customer_new, name="customer_new"),
    path("customers/assign/", customers.customer_assign, name="customer_assign"),
    path("customers/assign/<slug:key>/undo/", customers.customer_unassign, name="customer_unassign"),
    path("customers/export/", customers.customer_export, name="customer_export"),
    path("customers/views/", customers.customer_view_save, name="customer_view_save"),
    path("customers/views/<uuid:pk>/remove/", customers.customer_view_remove, name="customer_view_remove"),
    path("customers/<uuid:pk>/", customer.customer, name="customer"),
    path("customers/<uuid:pk>/edit/", customer.customer_edit, name="customer_edit"),
    path("customers/<uuid:pk>/people/", customer.people_panel, name="people_panel"),
    path("customers/<uuid:pk>/people/new/", customer.contact_new, name="contact_new"),
    path("customers/<uuid:pk>/subscriptions/", customer.subscriptions_panel, name="subscriptions_panel"),
    path("segments/", segments.segment_list, name="segment_list"),
    path("segments/new/", segments.segment_new, name="segment_new"),
    path("segments/preview/", segments.segment_preview, name="segment_preview"),
    path("segments/<uuid:pk>/", segments.segment_edit, name="segment_edit"),
    path("segments/<uuid:pk>/remove/", segments.segment_remove, name="segment_remove"),
    path("contacts/<uuid:pk>/", customer.contact_edit, name="contact_edit"),
    path("contacts/<uuid:pk>/remove/", customer.contact_remove, name="contact_remove"),
]
