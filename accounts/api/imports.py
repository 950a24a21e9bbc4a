from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser

from accounts.imports.applying import request_apply
from accounts.imports.columns import checked_mapping, is_complete, row_object
from accounts.imports.kinds import kinds
from accounts.imports.reading import MAX_BYTES, RefusedFile, read_sheet
from accounts.imports.undoing import request_undo
from accounts.imports.upload import request_check, start_import
from accounts.models import DataImport, ImportRow, ImportState, RowStatus
from accounts.rest.collections import find_row, page_of
from accounts.rest.fields import Choice, Instant, Text, Whole
from accounts.rest.json_body import decode, too_large
from accounts.rest.nested import JsonObject, ListOf
from accounts.rest.openapi import Operation, component, listing
from accounts.rest.problems import FieldError, Invalid, Problem, invalid
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response

OVERHEAD = 64 * 1024  # boundaries and small parts of the multipart body
SHOWN = 200


class Rows(Resource):
    model = ImportRow
    name = "import_row"
    fields = {
        "number": Whole(read_only=True, help="Line of the file."),
        "status": Choice(RowStatus.values, read_only=True),
        "cells": ListOf(Text(), read_only=True),
        "errors": ListOf(JsonObject(), read_only=True),
        "object_id": Text(null=True, read_only=True),
    }
    orders = {"number": "number"}
    default_order = "number"
    filters = {"status": Choice(RowStatus.values)}

    def render(self, row: Any) -> dict[str, Any]:
        shown = {"number": row.number, "status": row.status, "cells": row.cells, "errors": row.errors}
        values, _errors = row_object(kinds[row.data_import.kind], row.data_import.mapping, row.cells)
        external_id = values.get("external_id")
        return {**shown, "external_id": external_id, "object_id": str(row.object_id) if row.object_id else None}


class Imports(Resource):
    model = DataImport
    name = "import"
    fields = {
        "kind": Text(40, read_only=True),
        "state": Choice(ImportState.values, read_only=True),
        "file_name": Text(200, read_only=True),
        "encoding": Text(20, read_only=True),
        "delimiter": Text(1, read_only=True),
        "header": ListOf(Text(), read_only=True),
        "mapping": ListOf(Text(), read_only=True, help="The field that each column fills, empty for none."),
        "rows_total": Whole(read_only=True),
        "counts": JsonObject(read_only=True, help="Rows by status."),
        "created_at": Instant(read_only=True),
        "applied_at": Instant(read_only=True, null=True),
        "undone_at": Instant(read_only=True, null=True),
    }
    filters = {"state": Choice(ImportState.values)}

    def render(self, row: Any) -> dict[str, Any]:
        shown = super().render(row)
        return shown | {"dry_run": row.state in (ImportState.CHECKING, ImportState.CHECKED)}


rows = Rows()
imports = Imports()
_ROWS = {"type": "object", "properties": {"rows": {"type": "array", "items": rows.read_schema}}}
WITH_ROWS = {"allOf": [imports.read_schema, _ROWS]}
UPLOAD = component(
    "ImportUpload",
    {
        "type": "object",
        "required": ["kind", "file"],
        "properties": {
            "kind": {"type": "string", "description": "customers, contacts, subscriptions"},
            "file": {"type": "string", "format": "binary", "description": "CSV with a header line."},
            "dry_run": {"type": "boolean", "default": True},
            "mapping": {
                "type": "string",
                "description": 'JSON: {"column": "field"}. Without it the columns are recognised by their names.',
            },
        },
    },
)


class ImportCollectionView(ApiView):
    """Files that were brought in."""

    parser_classes = (MultiPartParser,)
    max_bytes = MAX_BYTES + OVERHEAD
    parameters = imports.parameters()
    operations = {
        "GET": Operation("List imports", listing(imports.read_schema)),
        "POST": Operation(
            "Upload a file",
            WITH_ROWS,
            201,
            UPLOAD,
            "multipart/form-data",
            description="The rows are checked; with `dry_run=false` they are imported as well. "
            "`GET /imports/{id}` shows what became of each row.",
        ),
    }

    def get(self, request: Request) -> Response:
        return Response(page_of(imports, imports.rows(), self.query()))

    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.max_bytes:
            raise too_large(self.max_bytes)
        kind, content, name, mapping, dry_run = self._parts(request)
        try:
            started = start_import(kind=kind, file_name=name, content=content, mapping=mapping)
        except RefusedFile as error:
            raise invalid([FieldError("/file", "unreadable", str(error))]) from error
        if not is_complete(kinds[kind], started.mapping):
            missing = ", ".join(kinds[kind].required)
            message = _("No column was recognised as %(fields)s; send a mapping.") % {"fields": missing}
            raise invalid([FieldError("/mapping", "required", message)])
        request_check(started)
        if not dry_run:
            request_apply(started)
        location = f"{request.path.rstrip('/')}/{started.pk}"
        return Response(with_rows(started), status=201, headers={"Location": location})

    def _parts(self, request: Request) -> tuple[str, bytes, str, list[str] | None, bool]:
        data: Any = request.data
        kind, file = data.get("kind"), request.FILES.get("file")
        errors = []
        if kind not in kinds:
            known = {"all": ", ".join(kinds)}
            errors.append(FieldError("/kind", "invalid_choice", _("Must be one of: %(all)s.") % known))
        if file is None:
            errors.append(FieldError("/file", "required", _("Is required.")))
        dry_run = data.get("dry_run", "true")
        if dry_run not in ("true", "false"):
            errors.append(FieldError("/dry_run", "invalid_type", _("Must be true or false.")))
        if errors or file is None or not isinstance(kind, str):
            raise invalid(errors)
        content = file.read()
        return kind, content, file.name or "", _mapping(kind, content, data.get("mapping")), dry_run == "true"


class ImportView(ApiView):
    """One import and its first rows, those that were refused first."""

    operations = {"GET": Operation("Read an import", WITH_ROWS)}

    def get(self, request: Request, id: str) -> Response:
        self.query()
        return Response(with_rows(find_row(imports, id)))


class ImportRowsView(ApiView):
    """All rows of an import, page by page."""

    parameters = rows.parameters()
    operations = {"GET": Operation("List the rows of an import", listing(rows.read_schema))}

    def get(self, request: Request, id: str) -> Response:
        of_import = rows.rows().filter(data_import=find_row(imports, id)).select_related("data_import")
        return Response(page_of(rows, of_import, self.query()))


class ImportApplyView(ApiView):
    """Import the rows that passed the check, as a job."""

    operations = {"POST": Operation("Import the checked rows", imports.read_schema, 202)}

    def post(self, request: Request, id: str) -> Response:
        found = find_row(imports, id)
        if not request_apply(found):
            raise Problem(409, _("Only an import that has been checked can be applied."), kind="wrong-state")
        return Response(imports.render(found), status=202)


class ImportUndoView(ApiView):
    """Take an import back, as a job; what somebody has changed since is kept."""

    operations = {"POST": Operation("Undo an import", imports.read_schema, 202)}

    def post(self, request: Request, id: str) -> Response:
        found = find_row(imports, id)
        if not request_undo(found):
            raise Problem(409, _("Only an import that has been applied can be undone."), kind="wrong-state")
        return Response(imports.render(found), status=202)


def with_rows(data_import: DataImport) -> dict[str, Any]:
    failed = data_import.rows.filter(status=RowStatus.FAILED)
    others = data_import.rows.exclude(status=RowStatus.FAILED)
    first = [*failed.order_by("number")[:SHOWN], *others.order_by("number")[:SHOWN]][:SHOWN]
    for row in first:
        row.data_import = data_import
    return imports.render(data_import) | {"rows": [rows.render(row) for row in first]}


def _mapping(kind: str, content: bytes, text: Any) -> list[str] | None:
    """The columns that the caller chose; None leaves it to their names."""
    if text is None:
        return None
    try:
        return checked_mapping(kinds[kind], read_sheet(content).header, decode(str(text).encode("utf-8", "replace")))
    except RefusedFile as error:
        raise invalid([FieldError("/file", "unreadable", str(error))]) from error
    except Invalid as error:
        raise invalid(fault.below("/mapping") for fault in error.errors) from error


routes = [
    path("imports", ImportCollectionView.as_view()),
    path("imports/<str:id>", ImportView.as_view()),
    path("imports/<str:id>/rows", ImportRowsView.as_view()),
    path("imports/<str:id>/apply", ImportApplyView.as_view()),
    path("imports/<str:id>/undo", ImportUndoView.as_view()),
]
