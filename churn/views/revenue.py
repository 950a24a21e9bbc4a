from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.csv_cells import csv_lines
from accounts.models import Segment, Tenant
from accounts.policies import described_policies
from accounts.roles import can
from accounts.tenancy.scope import scoped_stream
from accounts.web import StaffRequest, render_page, staff_page
from churn.asked import GROUP_LABELS, PRESETS, Asked
from churn.causes import KIND_LABELS
from churn.periods import KINDS
from churn.selectors import periods
from churn.selectors.movements import Movement, MovementFilter, all_movements, movement_page
from churn.selectors.revenue_page import MEASURE_LABELS, revenue_page
from churn.selectors.segments import ledger_segment


@require_GET
@staff_page("revenue.read")
def revenue(request: StaffRequest) -> HttpResponse:
    asked = Asked.read(request.tenant, request.GET)
    context = {
        "page": revenue_page(request.tenant, asked),
        "asked": asked,
        "presets": PRESETS.items(),
        "groups": GROUP_LABELS.items(),
        "measures": [(key, label, asked.query(measure=key)) for key, label in MEASURE_LABELS.items()],
        "spans": [(12, asked.query(months="")), (24, asked.query(months=24))],
        "segments": Segment.objects.order_by("name").values_list("pk", "name"),
        "policies": list(described_policies(request.tenant)),
        "may_change_policies": can(request.membership, "settings.write"),
    }
    return render_page(request, "churn/revenue.html", "churn/_revenue.html", context)


@require_GET
@staff_page("revenue.read")
def movements(request: StaffRequest) -> HttpResponse:
    """The customers behind a figure."""
    asked = Asked.read(request.tenant, request.GET)
    wanted, segment = _wanted(request, asked)
    page = movement_page(request.tenant, wanted, cursor=request.GET.get("cursor", ""), segment=segment)
    one_kind = wanted.kinds[0] if len(wanted.kinds) == 1 else ""
    context = {
        "page": page,
        "asked": asked,
        "wanted": wanted,
        "kinds": [(kind, KIND_LABELS[kind]) for kind in KINDS],
        "kind": one_kind,
        "heading": KIND_LABELS.get(one_kind),
        "may_export": can(request.membership, "customers.export"),
    }
    return render_page(request, "churn/movements.html", "churn/_movement_rows.html", context)


@require_GET
@staff_page("customers.export")
def movements_export(request: StaffRequest) -> HttpResponseBase:
    """The same lines as CSV, however many."""
    asked = Asked.read(request.tenant, request.GET)
    wanted, segment = _wanted(request, asked)
    lines = csv_lines(_export_rows(request.tenant, wanted, segment))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="movements-{wanted.start}-{wanted.end}.csv"'
    return response


EXPORTED = (
    "day customer_id external_id customer type cause reason delta mrr_before mrr_after currency plan_before plan_after"
).split()


def _export_rows(tenant: Tenant, wanted: MovementFilter, segment: periods.Segment | None) -> Iterator[list[Any]]:
    yield EXPORTED
    for row in scoped_stream(tenant, all_movements(tenant, wanted, segment)):
        yield _exported(row, tenant)


def _exported(row: Movement, tenant: Tenant) -> list[Any]:
    amounts = [None] * 3 if row.is_unpriced else [row.delta, row.mrr_before, row.mrr_after]
    return [
        row.day.isoformat(),
        str(row.customer_id),
        row.external_id,
        row.customer,
        row.kind,
        row.cause,
        row.reason,
        *(None if each is None else round(each, 6) for each in amounts),
        tenant.currency,
        row.plan_before,
        row.plan_after,
    ]


def _wanted(request: StaffRequest, asked: Asked) -> tuple[MovementFilter, periods.Segment | None]:
    wanted = MovementFilter.of(request.tenant, request.GET.get("type", ""), asked.start, asked.end)
    chosen = Segment.objects.filter(pk=asked.segment).first() if asked.segment else None
    return wanted, ledger_segment(chosen) if chosen else None
