from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.csv_cells import csv_lines
from accounts.forms.customers import AssignForm, SavedViewForm
from accounts.models import Band, Membership, SavedView, Segment, Stage, Tenant
from accounts.roles import can
from accounts.selectors.customer_list import (
    COLUMNS,
    SHOWN_AT_FIRST,
    CustomerFilter,
    CustomerRow,
    all_customers,
    customer_page,
    is_uuid,
)
from accounts.selectors.saved_views import saved_views, tiers
from accounts.services.customers import assign_csm, take_back_assignment
from accounts.tenancy.scope import scoped_stream
from accounts.toasts import toast
from accounts.web import StaffRequest, render_page, staff_page

LIST = "customers"
UNDO = "undo_assignment"


@require_GET
@staff_page("customers.read")
def customer_list(request: StaffRequest) -> HttpResponse:
    asked = CustomerFilter.read(request.GET)
    cursor, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    page = customer_page(asked, request.membership, cursor=cursor, before=before)
    columns = chosen_columns(request)
    context = {
        "page": page,
        "asked": asked,
        "order": asked.order,
        "columns": {name: str(COLUMNS[name]) for name in columns},
        "today": request.tenant.today(),
        "may_write": can(request.membership, "customers.write"),
        "may_export": can(request.membership, "customers.export"),
    } | filters(request)
    return render_page(request, "accounts/customer_list.html", "accounts/_customer_rows.html", context)


def filters(request: StaffRequest) -> dict[str, Any]:
    """What the page around the rows needs; the rows alone, as htmx asks for them, do without."""
    views = saved_views(request.membership, LIST)
    current = request.GET.get("view", "")
    return {
        "views": [{"row": view, "query": view.query.get("query", "")} for view in views],
        "current_view": next((view for view in views if str(view.pk) == current), None),
        "all_columns": COLUMNS,
        "stages": Stage.choices,
        "bands": Band.choices,
        "tiers": tiers(request.tenant.pk),
        "segments": Segment.objects.order_by("name").only("name"),
        "colleagues": Membership.objects.active().select_related("user").order_by("user__name", "user__email"),
        "assign_form": AssignForm(),
        "view_form": SavedViewForm(auto_id="view_%s"),
    }


def chosen_columns(request: StaffRequest) -> list[str]:
    """The columns that were just chosen, else those chosen before in this session."""
    given = [name for name in request.GET.getlist("columns") if name in COLUMNS]
    if given:
        request.session["customer_columns"] = given
    kept = given or request.session.get("customer_columns") or SHOWN_AT_FIRST
    return [name for name in COLUMNS if name in kept]


@require_POST
@staff_page("customers.write")
def customer_assign(request: StaffRequest) -> HttpResponse:
    form = AssignForm(request.POST)
    ids = [UUID(pk) for pk in request.POST.getlist("customer")[:1000] if is_uuid(pk)]
    back = back_to_list(request)
    if not form.is_valid() or not ids:
        toast(request, _("Choose customers and a colleague."), level=40)
        return redirect(back)
    csm = form.cleaned_data["csm"]
    before = assign_csm(ids, csm)
    key = uuid4().hex
    request.session[UNDO] = {"key": key, "csm": str(csm.pk) if csm else "", "before": before}
    undo = reverse("customer_unassign", args=[request.tenant.slug, key]) if before else ""
    toast(request, assigned_text(len(before), csm), undo_url=undo)
    return redirect(back)


def assigned_text(count: int, csm: Membership | None) -> str:
    named = {"count": count, "name": csm or _("nobody")}
    return ngettext("%(count)s customer now with %(name)s", "%(count)s customers now with %(name)s", count) % named


@require_POST
@staff_page("customers.write")
def customer_unassign(request: StaffRequest, key: str) -> HttpResponse:
    """Take back the last assignment of this session, once."""
    undo = request.session.get(UNDO) or {}
    if undo.get("key") == key:
        del request.session[UNDO]
        count = take_back_assignment(undo["before"], undo["csm"])
        toast(request, ngettext("%(count)s customer is back", "%(count)s customers are back", count) % {"count": count})
    return redirect("customer_list", request.tenant.slug)


def back_to_list(request: StaffRequest) -> str:
    """The list with the filters it had, taken apart and put together again."""
    query = CustomerFilter.read(QueryDict(request.POST.get("query", "")[:2000])).as_query()
    return reverse("customer_list", args=[request.tenant.slug]) + (f"?{urlencode(query)}" if query else "")


@require_GET
@staff_page("customers.export")
def customer_export(request: StaffRequest) -> HttpResponseBase:
    """The list as it is filtered, as CSV, however long it is."""
    asked = CustomerFilter.read(request.GET)
    lines = csv_lines(export_rows(request.tenant, asked, request.membership))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="customers-{request.tenant.today()}.csv"'
    return response


EXPORTED = (
    "external_id name domain stage tier industry acquisition_channel csm arr currency "
    "health_score health_band renewal_on last_seen_on signed_up_on"
).split()


def export_rows(tenant: Tenant, asked: CustomerFilter, viewer: Membership) -> Iterator[list[Any]]:
    yield EXPORTED
    for row in scoped_stream(tenant, drawn_late(asked, viewer)):
        yield exported(row, tenant)


def drawn_late(asked: CustomerFilter, viewer: Membership) -> Iterator[CustomerRow]:
    """Builds its query at the first row, that is, inside the scope of the stream."""
    yield from all_customers(asked, viewer)


def exported(row: CustomerRow, tenant: Tenant) -> list[Any]:
    customer, standing = row.customer, row.standing
    return [
        customer.external_id,
        customer.name,
        customer.domain,
        customer.stage,
        customer.tier,
        customer.industry,
        customer.acquisition_channel,
        customer.csm.user.email if customer.csm else "",
        row.arr,
        tenant.currency,
        standing.health_score,
        standing.health_band,
        standing.renewal_on,
        standing.last_seen_on,
        customer.signed_up_on,
    ]


@require_POST
@staff_page("customers.read")
def customer_view_save(request: StaffRequest) -> HttpResponse:
    """Keep the filters, the order and the columns of the list under a name; the same name replaces."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/saved_view_form.html", {"view_form": form}, status=422)
    query = CustomerFilter.read(QueryDict(request.POST.get("query", "")[:2000])).as_query()
    view, _created = SavedView.objects.update_or_create(
        owner=request.membership,
        page=LIST,
        name=form.cleaned_data["name"],
        defaults={
            "query": {"query": urlencode(query | {"columns": chosen_columns(request)}, doseq=True)},
            "is_shared": form.cleaned_data["is_shared"],
        },
    )
    toast(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    address = reverse("customer_list", args=[request.tenant.slug])
    return redirect(f"{address}?{view.query['query']}&view={view.pk}")


@require_POST
@staff_page("customers.read")
def customer_view_remove(request: StaffRequest, pk: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects, pk=pk, owner=request.membership, page=LIST)
    view.delete()
    toast(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect("customer_list", request.tenant.slug)
