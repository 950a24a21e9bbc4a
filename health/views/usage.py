from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.web import StaffRequest, render_page, staff_page
from health.selectors.usage import customer_usage


@require_GET
@staff_page("customers.read")
def usage_panel(request: StaffRequest, customer: UUID) -> HttpResponse:
    row = get_object_or_404(Customer.objects, pk=customer)
    context = {"customer": row, "usage": customer_usage(request.tenant, row.pk)}
    return render_page(request, "health/usage.html", "health/_usage.html", context)
