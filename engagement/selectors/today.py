"""What the Today page shows: open tasks and signals, one item per customer, most valuable first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.timezone import now

from accounts.models import Customer, CustomerStanding, Membership, Tenant
from engagement.models import Dismissal, Signal, Task
from engagement.priority import Priority, priority
from engagement.wording import next_action, why

PER_SIGNAL = 60  # the page is a day's work, not the portfolio
AHEAD = timedelta(days=7)
RENEWAL_WINDOW = timedelta(days=60)
RENEWAL_LEAD = timedelta(days=30)
SILENCE = timedelta(days=60)
DISUSE = timedelta(days=28)
FALL = -15


@dataclass(frozen=True)
class Reason:
    """One signal and the figure behind it; the template puts it into words."""

    signal: str
    standing: CustomerStanding
    days: int | None = None

    @property
    def text(self) -> str:
        score, trend = self.standing.health_score, self.standing.health_trend
        return why(self.signal, days=self.days, score=score, trend=trend)


@dataclass
class TodayItem:
    """One line of the day: a task, or a customer whose signals ask for one."""

    priority: Priority
    due_on: date
    customer: Customer | None = None
    standing: CustomerStanding | None = None
    task: Task | None = None
    reasons: list[Reason] = field(default_factory=list)

    @property
    def signal(self) -> str:
        return self.reasons[0].signal if self.reasons else ""

    @property
    def action(self) -> str:
        return self.task.title if self.task else next_action(self.signal)

    @property
    def key(self) -> str:
        return f"task-{self.task.pk}" if self.task else f"signal-{self.customer.pk}"  # type: ignore[union-attr]


@dataclass(frozen=True)
class Figure:
    count: int
    arr: Decimal


@dataclass(frozen=True)
class Today:
    day: date
    items: list[TodayItem]
    due_tasks: int
    at_risk: Figure
    renewing: Figure
    customers: Figure


def today_page(tenant: Tenant, member: Membership | None) -> Today:
    """The day of one member, or of the whole team when None."""
    day = tenant.today()
    standings = _standings(member)
    tasks = _tasks(member, day)
    items = [*_task_items(tasks, day), *_signal_items(standings, tasks, day)]
    items.sort(key=lambda item: item.priority.sort_key, reverse=True)
    return Today(
        day=day,
        items=items,
        due_tasks=sum(task.due_on <= day for task in tasks),
        at_risk=_figure(standings.filter(health_band="red")),
        renewing=_figure(standings.filter(renewal_on__gte=day, renewal_on__lte=day + RENEWAL_WINDOW)),
        customers=_figure(standings.filter(mrr_cents__gt=0)),
    )


def signal_queries(day: date) -> dict[str, Q]:
    """Which standings raise which signal, most pressing first."""
    return {
        Signal.LEAVING: Q(customer__stage="leaving") | Q(churned_on__gt=day),
        Signal.HEALTH_RED: Q(health_band="red"),
        Signal.HEALTH_FALLING: Q(health_trend__lte=FALL),
        Signal.RENEWAL_NEAR: Q(renewal_on__gte=day, renewal_on__lte=day + RENEWAL_WINDOW),
        Signal.UNUSED: Q(last_seen_on__lt=day - DISUSE),
        Signal.SILENT: Q(last_contact_at__lt=now() - SILENCE),
    }


def _standings(member: Membership | None) -> Any:
    rows = CustomerStanding.objects.select_related("customer__csm__user").filter(customer__is_test=False)
    return rows.filter(customer__csm=member) if member else rows


def _tasks(member: Membership | None, day: date) -> list[Task]:
    tasks = Task.objects.due_until(day + AHEAD).select_related(
        "customer__standing", "customer__csm__user", "owner__user"
    )
    mine = tasks.of_owner(member) if member else tasks
    return list(mine.order_by("due_on", "id")[: 4 * PER_SIGNAL])


def _task_items(tasks: list[Task], day: date) -> Iterator[TodayItem]:
    for task in tasks:
        standing = getattr(task.customer, "standing", None) if task.customer else None
        yield TodayItem(
            priority=_priority(standing, task.due_on, day),
            due_on=task.due_on,
            customer=task.customer,
            standing=standing,
            task=task,
            reasons=[_reason(task.signal, standing, day)] if task.signal and standing else [],
        )


def _signal_items(standings: Any, tasks: list[Task], day: date) -> Iterator[TodayItem]:
    quiet = _quiet(day) | {(task.customer_id, task.signal) for task in tasks}
    found: dict[Any, list[Reason]] = {}
    for signal, query in signal_queries(day).items():
        paying = standings.filter(query, mrr_cents__gt=0).exclude(customer__stage="churned")
        for standing in paying.order_by("-mrr_cents", "-customer_id")[:PER_SIGNAL]:
            if (standing.customer_id, signal) not in quiet:
                found.setdefault(standing.customer_id, []).append(_reason(signal, standing, day))
    for reasons in found.values():
        yield _signal_item(reasons, day)


def _signal_item(reasons: list[Reason], day: date) -> TodayItem:
    standing = reasons[0].standing
    due_on = _due_on(reasons[0], day)
    return TodayItem(
        priority=_priority(standing, due_on, day),
        due_on=due_on,
        customer=standing.customer,
        standing=standing,
        reasons=reasons,
    )


def _quiet(day: date) -> set[tuple[Any, str]]:
    return set(Dismissal.objects.filter(until_on__gt=day).values_list("customer_id", "signal"))


def _reason(signal: str, standing: CustomerStanding, day: date) -> Reason:
    days = None
    if signal == Signal.RENEWAL_NEAR and standing.renewal_on:
        days = (standing.renewal_on - day).days
    elif signal == Signal.UNUSED and standing.last_seen_on:
        days = (day - standing.last_seen_on).days
    elif signal == Signal.SILENT and standing.last_contact_at:
        days = (now() - standing.last_contact_at).days
    return Reason(signal, standing, days)


def _due_on(reason: Reason, day: date) -> date:
    """A renewal is talked about a month ahead; every other signal is for today."""
    if reason.signal == Signal.RENEWAL_NEAR and reason.standing.renewal_on:
        return max(day, reason.standing.renewal_on - RENEWAL_LEAD)
    return day


def _priority(standing: CustomerStanding | None, due_on: date, day: date) -> Priority:
    arr = Decimal(standing.mrr_cents) * 12 / 100 if standing else Decimal(0)
    return priority(risk_percent=standing.risk if standing else None, arr=arr, due_on=due_on, today=day)


def _figure(standings: Any) -> Figure:
    row = standings.aggregate(count=Count("customer_id"), mrr=Sum("mrr_cents"))
    return Figure(count=row["count"], arr=Decimal(row["mrr"] or 0) * 12 / 100)
