"""The command palette: customers, pages and actions by what is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Contact, Customer
from accounts.roles import can
from accounts.selectors.search import clean, find_contacts, find_customers
from accounts.web import StaffRequest, staff_page
from config.navigation import MAIN, links, tenant_url

MOST = 8


@require_GET
@staff_page("customers.read")
def palette(request: StaffRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    groups = [
        {"label": _("Customers"), "entries": list(_customers(request, query))},
        {"label": _("Actions"), "entries": _matching(_actions(request), query)},
        {"label": _("Pages"), "entries": _matching(_pages(request), query)},
    ]
    context = {"query": clean(query), "groups": [group for group in groups if group["entries"]]}
    return render(request, "components/_palette_results.html", context)


def _customers(request: StaffRequest, query: str) -> Iterator[dict[str, Any]]:
    for customer in find_customers(query, MOST):
        yield _entry(
            customer.name, _customer_url(request, customer), "building-community", customer.get_stage_display()
        )
    for contact in find_contacts(query):
        yield _person(request, contact)


def _person(request: StaffRequest, contact: Contact) -> dict[str, Any]:
    return _entry(str(contact), _customer_url(request, contact.customer), "user", contact.customer.name)


def _customer_url(request: StaffRequest, customer: Customer) -> str:
    return reverse("customer", args=[request.tenant.slug, customer.pk])


def _actions(request: StaffRequest) -> Iterator[dict[str, Any]]:
    actions = (
        ("tasks.write", _("New task"), "task_new", "plus"),
        ("customers.write", _("New customer"), "customer_new", "plus"),
        ("customers.import", _("Import from a file"), "import_new", "upload"),
        ("team.write", _("Invite colleagues"), "team", "user-plus"),
    )
    for permission, label, url_name, icon in actions:
        url = tenant_url(request, url_name) if can(request.membership, permission) else ""
        if url:
            yield _entry(label, url, icon)


def _pages(request: StaffRequest) -> Iterator[dict[str, Any]]:
    for link in links(request, MAIN):
        yield _entry(str(link.label), link.url, link.icon)


def _matching(entries: Iterator[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    wanted = clean(query)
    return [entry for entry in entries if wanted in entry["label"].lower()]


def _entry(label: str, url: str, icon: str, detail: str = "") -> dict[str, Any]:
    return {"label": label, "url": url, "icon": icon, "detail": detail}
