"""What a customer pays and how that came about, for its panel on the customer page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.charts import LineChart, Series
from accounts.formats import format_money
from accounts.models import Customer, Subscription, Tenant
from churn.mrr import monthly_amount
from churn.selectors.movements import Movement, movements_of

MONTHS = 24


@dataclass(frozen=True)
class RunningSubscription:
    """An item in force today, its terms with all changes so far, and what it is worth per month."""

    subscription: Subscription
    plan: str
    status: str
    currency: str
    quantity: Decimal
    monthly: Decimal


@dataclass(frozen=True)
class CustomerMoney:
    mrr: Decimal | None
    movements: list[Movement]
    running: list[RunningSubscription]
    history: LineChart


def customer_money(tenant: Tenant, customer: Customer) -> CustomerMoney:
    movements = movements_of(tenant, customer.pk)
    latest = movements[0] if movements else None
    mrr = None if latest and latest.is_unpriced else (latest.mrr_after if latest else Decimal(0))
    return CustomerMoney(
        None if mrr is None else round(mrr, 8),
        movements,
        [_running(each, tenant.today()) for each in Subscription.objects.filter(customer=customer).in_force(tenant.today())
            .prefetch_related("changes").order_by("started_on", "pk")],
        _history(tenant, movements),
    )  # fmt: skip


def _running(subscription: Subscription, today: date) -> RunningSubscription:
    """The present terms: what was agreed first, with every change up to today laid over it."""
    names = ("plan", "status", "currency", "quantity", "unit_amount", "interval", "interval_count", "discount_percent")
    terms = {name: getattr(subscription, name) for name in names}
    changes = sorted(subscription.changes.all(), key=lambda each: (each.effective_on, each.created_at, each.pk))
    for change in changes:
        if change.effective_on <= today:
            terms |= {name: value for name in names if (value := getattr(change, name)) is not None}
    monthly = monthly_amount(
        terms["unit_amount"], terms["quantity"], terms["interval"], terms["interval_count"], terms["discount_percent"]
    )
    return RunningSubscription(
        subscription, terms["plan"], terms["status"], terms["currency"], terms["quantity"], monthly
    )


def _history(tenant: Tenant, movements: Sequence[Movement]) -> LineChart:
    """MRR at the end of each of the last months, and today."""
    ends = _month_ends(tenant.today())
    values: list[Decimal | None] = []
    for end in ends:
        line = next((each for each in movements if each.day <= end), None)
        values.append(None if line is None or line.is_unpriced else line.mrr_after)
    first = next((index for index, value in enumerate(values) if value is not None), len(values))
    labels = [date_format(end, "M y") for end in ends]
    money = partial(format_money, currency=tenant.currency, compact=True)
    series = [Series(_("MRR"), values[first:], area=True)]
    return LineChart(_("MRR by month"), labels[first:], series, format_value=money, include=[0])


def _month_ends(today: date) -> list[date]:
    ends, first = [today], today.replace(day=1)
    for _number in range(MONTHS - 1):
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]
