from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.models import DataExport
from accounts.services.exports import export_file, latest_export, start_export
from accounts.tenancy.scope import scoped_stream
from accounts.web import StaffRequest, render_page, staff_page


@require_GET
@staff_page("settings.write")
def export_page(request: StaffRequest) -> HttpResponse:
    latest = latest_export()
    context: dict[str, Any] = {
        "latest": latest,
        "running": latest is not None and latest.finished_at is None,
        "rows": sum(latest.counts.values()) if latest else 0,
    }
    return render_page(request, "settings/export.html", "settings/_export.html", context)


@require_POST
@staff_page("settings.write")
def export_start(request: StaffRequest) -> HttpResponse:
    start_export()
    return redirect("export", request.tenant.slug)


@require_GET
@staff_page("settings.write")
def export_download(request: StaffRequest, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(DataExport.objects, pk=pk)
    if found.finished_at is None:
        raise Http404
    name = f"{request.tenant.slug}-{found.created_at:%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(found.size)}
    parts = scoped_stream(request.tenant, export_file(found))
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)
