from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.csv_cells import csv_lines
from accounts.forms.audit import AuditFilterForm
from accounts.selectors.audit import AuditFilter, audit_page, csv_rows, differences, entries, kinds
from accounts.services.audit import record_audit
from accounts.tenancy.scope import scoped_stream
from accounts.web import StaffRequest, render_page, staff_page


@require_GET
@staff_page("audit.read")
def audit_log(request: StaffRequest) -> HttpResponse:
    form = _form(request)
    page = audit_page(request.tenant, _wanted(form), request.GET.get("cursor", ""))
    rows = [(entry, differences(entry)) for entry in page.entries]
    context = {"form": form, "rows": rows, "next_cursor": page.next_cursor}
    return render_page(request, "settings/audit_log.html", "settings/_audit_rows.html", context)


@require_GET
@staff_page("audit.read")
def audit_export(request: StaffRequest) -> HttpResponseBase:
    form = _form(request)
    if not form.is_valid():
        return render(request, "settings/audit_log.html", {"form": form, "rows": []}, status=422)
    record_audit("audit.exported", request.tenant, after={k: v for k, v in form.cleaned_data.items() if v})
    rows = csv_rows(entries(request.tenant, _wanted(form)))
    response = StreamingHttpResponse(
        scoped_stream(request.tenant, csv_lines(rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{request.tenant.slug}.csv"'
    return response


def _form(request: StaffRequest) -> AuditFilterForm:
    actions, object_types = kinds()
    return AuditFilterForm(request.GET, actions=actions, object_types=object_types)


def _wanted(form: AuditFilterForm) -> AuditFilter:
    """The fields that are right; a wrong one shows its error and filters nothing."""
    form.is_valid()
    return AuditFilter(**{name: value for name, value in form.cleaned_data.items() if value})
