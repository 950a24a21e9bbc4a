from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.web import StaffRequest, render_page, staff_page
from churn.selectors.money import customer_money


@require_GET
@staff_page("revenue.read")
def money_panel(request: StaffRequest, customer: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    context = {"customer": row, "money": customer_money(request.tenant, row)}
    return render_page(request, "churn/money.html", "churn/_money.html", context)
