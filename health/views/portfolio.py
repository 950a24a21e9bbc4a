from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Membership, Segment, Stage
from accounts.web import StaffRequest, staff_page
from health.selectors.portfolio import SPANS, Portfolio, PortfolioFilter


@require_GET
@staff_page("health.read")
def portfolio(request: StaffRequest) -> HttpResponse:
    asked = PortfolioFilter.read(request.GET)
    context = {
        "portfolio": Portfolio(request.tenant, request.membership, asked),
        "asked": asked,
        "spans": SPANS,
        "stages": [choice for choice in Stage.choices if choice[0] != Stage.CHURNED],
        "colleagues": Membership.objects.active().select_related("user").order_by("user__name"),
        "segments": Segment.objects.order_by("name").only("name"),
    }
    return render(request, "health/portfolio.html", context)
