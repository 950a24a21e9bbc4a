from __future__ import annotations

from django.urls import path

from churn.views import money, revenue

urlpatterns = [
    path("revenue/", revenue.revenue, name="revenue"),
    path("revenue/movements/", revenue.movements, name="revenue_movements"),
    path("revenue/movements/export/", revenue.movements_export, name="revenue_movements_export"),
    path("customers/<uuid:customer>/money/", money.money_panel, name="money_panel"),
]
