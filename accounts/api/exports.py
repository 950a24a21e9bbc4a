from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path

from accounts.models import DataExport
from accounts.rest.collections import find_row
from accounts.rest.fields import Instant, Text, Whole
from accounts.rest.nested import JsonObject
from accounts.rest.openapi import Operation
from accounts.rest.problems import not_found
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response
from accounts.services.exports import export_file, latest_export, start_export
from accounts.tenancy.scope import scoped_stream


class Exports(Resource):
    model = DataExport
    name = "export"
    fields = {
        "created_at": Instant(read_only=True),
        "finished_at": Instant(null=True, read_only=True),
        "progress": Whole(0, 100, read_only=True, help="Per cent."),
        "size": Whole(read_only=True, help="Bytes."),
        "counts": JsonObject(read_only=True, help="Rows by table."),
        "url": Text(null=True, read_only=True, help="Where the file is, once it is finished."),
    }

    def render(self, row: Any) -> dict[str, Any]:
        plain = {name: each.read(row) for name, each in self.fields.items() if name != "url"}
        ready = f"/api/v1/export/{row.pk}/file" if row.finished_at else None
        return {"id": str(row.pk), **plain, "url": ready}


exports = Exports()


class ExportView(ApiView):
    """Everything the tenant owns: GET shows the latest export and starts the first, POST starts a new one."""

    required_scope = "admin"
    operations = {
        "GET": Operation(
            "Read the latest export",
            exports.read_schema,
            description="Starts one if there is none. 202 while it is being built; poll until `url` is there.",
        ),
        "POST": Operation("Start an export", exports.read_schema, 202),
    }

    def get(self, request: Request) -> Response:
        self.query()
        latest = latest_export() or start_export()
        return Response(exports.render(latest), status=200 if latest.finished_at else 202)

    def post(self, request: Request) -> Response:
        return Response(exports.render(start_export()), status=202)


class ExportFileView(ApiView):
    """The file: a ZIP of JSON lines, one file per table."""

    required_scope = "admin"
    operations = {
        "GET": Operation("Download an export", {"type": "string", "format": "binary"}, answer_type="application/zip")
    }

    def get(self, request: Request, id: str) -> StreamingHttpResponse:
        self.query()
        found = find_row(exports, id)
        if found.finished_at is None:
            raise not_found()
        lines = scoped_stream(self.tenant, export_file(found))
        name = f"{self.tenant.slug}-{found.created_at:%Y-%m-%d}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(found.size)}
        return StreamingHttpResponse(lines, content_type="application/zip", headers=headers)


routes = [
    path("export", ExportView.as_view()),
    path("export/<str:id>/file", ExportFileView.as_view()),
]
