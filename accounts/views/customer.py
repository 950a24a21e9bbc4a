from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.customers import ContactForm, CustomerForm
from accounts.models import Contact, Customer, Tenant
from accounts.panels import panels_for
from accounts.roles import can
from accounts.selectors.customer import customer_facts, people_of, subscriptions_of
from accounts.services.customers import change_customer, create_customer, remove_contact, save_contact
from accounts.toasts import toast
from accounts.web import StaffRequest, render_page, staff_page

CUSTOMER_FIELDS = [*CustomerForm.Meta.fields, "csm"]


@require_GET
@staff_page("customers.read")
def customer(request: StaffRequest, pk: UUID) -> HttpResponse:
    facts = customer_facts(pk)
    context = {
        "customer": facts.customer,
        "facts": facts,
        "main": panels(request, pk, "main"),
        "side": panels(request, pk, "side"),
        "may_write": can(request.membership, "customers.write"),
    }
    return render(request, "accounts/customer.html", context)


def panels(request: StaffRequest, pk: UUID, column: str) -> list[dict[str, Any]]:
    return [
        {"label": panel.label, "key": panel.key, "url": reverse(panel.url_name, args=[request.tenant.slug, pk])}
        for panel in panels_for(request.membership, column)
    ]


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def customer_new(request: StaffRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None, instance=Customer())
    if request.method == "POST" and form.is_valid():
        made = create_customer(form.instance)
        toast(request, _("%(name)s is on board.") % {"name": made.name})
        return redirect("customer", request.tenant.slug, made.pk)
    return form_page(request, form)


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def customer_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=pk)
    form = CustomerForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        if change_customer(form.instance, CUSTOMER_FIELDS):
            toast(request, _("Saved."))
        return redirect("customer", request.tenant.slug, row.pk)
    return form_page(request, form, Customer.objects.get(pk=pk))


def form_page(request: StaffRequest, form: CustomerForm, row: Customer | None = None) -> HttpResponse:
    context = {"form": form, "customer": row, **CustomerForm.lists()}
    return render(request, "accounts/customer_form.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page("customers.read")
def people_panel(request: StaffRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=pk)
    context = {
        "customer": row,
        "people": people_of(row),
        "may_write": can(request.membership, "customers.write"),
    }
    return render_page(request, "accounts/people.html", "accounts/_people.html", context)


@require_GET
@staff_page("revenue.read")
def subscriptions_panel(request: StaffRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=pk)
    tenant: Tenant = request.tenant
    context = {"customer": row, "subscriptions": subscriptions_of(row, tenant.today())}
    return render_page(request, "accounts/subscriptions.html", "accounts/_subscriptions.html", context)


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def contact_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=pk)
    return edit_contact(request, row, Contact(customer=row))


@require_http_methods(["GET", "POST"])
@staff_page("customers.write")
def contact_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Contact.objects.select_related("customer"), pk=pk, customer__isnull=False)
    return edit_contact(request, person.customer, person)


def edit_contact(request: StaffRequest, row: Customer, person: Contact) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        if save_contact(form.instance, ContactForm.Meta.fields):
            toast(request, _("Saved."))
        return redirect("customer", request.tenant.slug, row.pk)
    context = {"form": form, "customer": row, "is_new": person._state.adding, "contact": person, **CustomerForm.lists()}
    return render(request, "accounts/contact_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page("customers.write")
def contact_remove(request: StaffRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Contact.objects, pk=pk, customer__isnull=False)
    remove_contact(person)
    toast(request, _("%(name)s is removed.") % {"name": person})
    return redirect("customer", request.tenant.slug, person.customer_id)
