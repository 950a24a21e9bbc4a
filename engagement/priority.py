"""The order of the day: risk × revenue at stake × urgency. Pure arithmetic, explained to the reader on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

UNKNOWN_RISK = Decimal("0.50")  # no score yet: neither safe nor lost
LOWEST_RISK = Decimal("0.05")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Priority:
    """`value` is money a year, weighted; items without revenue come after all that have some."""

    value: Decimal
    risk: Decimal
    arr: Decimal
    urgency: Decimal

    @property
    def sort_key(self) -> tuple[Decimal, Decimal]:
        return self.value, self.urgency


def urgency(due_on: date, today: date) -> Decimal:
    """1 when due today, 0.1 more for each day late (at most 2), 7 / (7 + days) when it lies ahead."""
    late = (today - due_on).days
    if late >= 0:
        return min(Decimal(2), 1 + TENTH * late)
    return Decimal(7) / (7 - late)


def priority(*, risk_percent: int | None, arr: Decimal, due_on: date, today: date) -> Priority:
    """Risk is a per cent (None = unknown, taken as one half); ARR is in the tenant's currency."""
    risk = UNKNOWN_RISK if risk_percent is None else max(LOWEST_RISK, Decimal(risk_percent) / 100)
    weight = urgency(due_on, today)
    return Priority(value=risk * arr * weight, risk=risk, arr=arr, urgency=weight)
