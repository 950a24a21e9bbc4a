from __future__ import annotations

from django.urls import path

from accounts.views import exports, imports

urlpatterns = [
    path("export/", exports.export_page, name="export"),
    path("export/start/", exports.export_start, name="export_start"),
    path("export/<uuid:pk>/file/", exports.export_download, name="export_download"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/template/<slug:kind>/", imports.import_template, name="import_template"),
    path("imports/<uuid:pk>/", imports.import_page, name="import"),
    path("imports/<uuid:pk>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<uuid:pk>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<uuid:pk>/undo/", imports.import_undo, name="import_undo"),
    path("imports/<uuid:pk>/refused/", imports.import_refused, name="import_refused"),
]
