from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.csv_cells import csv_lines
from accounts.forms.imports import UploadForm
from accounts.imports.applying import request_apply
from accounts.imports.columns import checked_mapping, is_complete
from accounts.imports.kinds import kinds
from accounts.imports.pages import (
    RUNNING,
    columns_of,
    preview_of,
    progress_of,
    refused_rows,
    shown_counts,
)
from accounts.imports.reading import RefusedFile
from accounts.imports.undoing import request_undo
from accounts.imports.upload import request_check, start_import
from accounts.models import DataImport, ImportState
from accounts.rest.problems import Invalid
from accounts.tenancy.scope import scoped_stream
from accounts.web import StaffRequest, render_page, staff_page

SHOWN = 50


@require_GET
@staff_page("customers.import")
def import_list(request: StaffRequest) -> HttpResponse:
    rows = DataImport.objects.select_related("created_by__user").order_by("-pk")[:SHOWN]
    listed = [(row, kinds[row.kind].label, shown_counts(row)) for row in rows if row.kind in kinds]
    return render(request, "imports/import_list.html", {"imports": listed})


@require_http_methods(["GET", "POST"])
@staff_page("customers.import")
def import_new(request: StaffRequest) -> HttpResponse:
    asked = {"kind": request.GET.get("kind", "customers")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            started = start_import(
                kind=form.cleaned_data["kind"], file_name=file.name, content=file.read(), by=request.membership
            )
        except RefusedFile as error:
            form.add_error("file", str(error))
        else:
            if is_complete(kinds[started.kind], started.mapping):
                request_check(started)
            return redirect("import", request.tenant.slug, started.pk)
    return render(request, "imports/import_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@staff_page("customers.import")
def import_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(DataImport.objects.select_related("created_by__user"), pk=pk)
    return render_page(request, "imports/import.html", "imports/_import.html", shown(found))


@require_POST
@staff_page("customers.import")
def import_columns(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take the chosen columns and check again."""
    found = get_object_or_404(DataImport.objects.select_for_update(), pk=pk)
    if found.state not in (ImportState.CHECKING, ImportState.CHECKED):
        return redirect("import", request.tenant.slug, pk)
    chosen = {title: request.POST.get(f"column-{place}", "") for place, title in enumerate(found.header)}
    try:
        found.mapping = checked_mapping(kinds[found.kind], found.header, chosen)
    except Invalid as error:
        found.mapping = [chosen[title] for title in found.header]
        context = shown(found) | {"faults": [faulty(fault) for fault in error.errors]}
        return render_page(request, "imports/import.html", "imports/_import.html", context, status=422)
    found.save(update_fields=["mapping"])
    request_check(found)
    return redirect("import", request.tenant.slug, pk)


@require_POST
@staff_page("customers.import")
def import_apply(request: StaffRequest, pk: UUID) -> HttpResponse:
    request_apply(get_object_or_404(DataImport.objects, pk=pk))
    return redirect("import", request.tenant.slug, pk)


@require_POST
@staff_page("customers.import")
def import_undo(request: StaffRequest, pk: UUID) -> HttpResponse:
    if request_undo(get_object_or_404(DataImport.objects, pk=pk)):
        messages.success(request, _("The import is being taken back."))
    return redirect("import", request.tenant.slug, pk)


@require_GET
@staff_page("customers.import")
def import_refused(request: StaffRequest, pk: UUID) -> HttpResponseBase:
    """The refused rows as a file to mend and bring in again."""
    found = get_object_or_404(DataImport.objects, pk=pk)
    lines = scoped_stream(request.tenant, csv_lines(refused_rows(found)))
    headers = {"Content-Disposition": 'attachment; filename="refused-rows.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@staff_page("customers.import")
def import_template(request: StaffRequest, kind: str) -> HttpResponseBase:
    """An empty file with a column for each field."""
    wanted = kinds.get(kind) or kinds["customers"]
    headers = {"Content-Disposition": f'attachment; filename="{wanted.name}.csv"'}
    return StreamingHttpResponse(csv_lines([wanted.columns]), content_type="text/csv; charset=utf-8", headers=headers)


def shown(found: DataImport) -> dict[str, Any]:
    kind = kinds[found.kind]
    needs_columns = not is_complete(kind, found.mapping)
    running = found.state in RUNNING and not (found.state == ImportState.CHECKING and needs_columns)
    context = {
        "data_import": found,
        "kind": kind,
        "running": running,
        "needs_columns": needs_columns,
        "counts": shown_counts(found),
        "ready": found.counts.get("created", 0) + found.counts.get("updated", 0),
    }
    if running:
        return context | {"percent": progress_of(found)}
    return context | {"columns": columns_of(found), "preview": preview_of(found)}


def faulty(fault: Any) -> str:
    title = fault.pointer.strip("/").replace("~1", "/").replace("~0", "~")
    return f"{title}: {fault.message}" if title else str(fault.message)
