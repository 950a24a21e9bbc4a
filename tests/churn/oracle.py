"""Revenue worked out a second time, slowly: one day after the other, from the facts alone, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

DAY = timedelta(days=1)
ZERO = Decimal(0)
YEARLY = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1}


def twelve_places(number: Decimal) -> Decimal:
    return number.quantize(Decimal("1e-12"), rounding=ROUND_HALF_UP)


@dataclass
class Item:
    """A subscription as the facts tell it: base values and dated changes, oldest first."""

    base: dict[str, Any]
    started_on: date
    ended_on: date | None
    changes: list[tuple[date, dict[str, Any]]] = field(default_factory=list)

    def on(self, day: date) -> dict[str, Any] | None:
        if day < self.started_on or (self.ended_on is not None and day >= self.ended_on):
            return None
        values = dict(self.base)
        for since, changed in sorted(self.changes, key=lambda each: each[0]):
            if max(since, self.started_on) <= day:
                values |= changed
        return values

    def days_in_status(self, day: date) -> int:
        status, days = self.on(day)["status"], 0  # type: ignore[index]
        while (before := self.on(day - (days + 1) * DAY)) is not None and before["status"] == status:
            days += 1
        return days


@dataclass
class Rules:
    past_due_days: int | None = 30
    pause: str = "separate"
    pause_max_days: int = 90
    free_plan: str = "churn"
    reactivation_window_days: int | None = None
    finite_discounts: str = "reduce"


@dataclass
class AccountDay:
    native: dict[str, Decimal]
    mrr: Decimal
    unpriced: bool
    state: str


class Oracle:
    """One customer's states and movements over [first, last]."""

    def __init__(self, items: list[Item], rates: dict[str, list[tuple[date, Decimal]]], rules: Rules) -> None:
        self.items, self.rates, self.rules = items, rates, rules

    def rate(self, currency: str, day: date) -> Decimal | None:
        if currency == "USD":
            return Decimal(1)
        known = [rate for since, rate in sorted(self.rates.get(currency, [])) if since <= day]
        return known[-1] if known else None

    def discount(self, item: Item, day: date, values: dict[str, Any]) -> Decimal:
        if self.rules.finite_discounts == "reduce":
            return Decimal(values["discount_percent"])
        end = item.ended_on
        later = [
            item.on(max(since, item.started_on))
            for since, _ in item.changes
            if since > day and (end is None or since < end)
        ]
        return min([values["discount_percent"], *(each["discount_percent"] for each in later if each)])

    def price(self, item: Item, day: date) -> tuple[str, Decimal, bool, bool]:
        """Currency, monthly amount, whether it is paused, whether it runs free of charge."""
        values = item.on(day)
        if values is None or values["status"] in ("trialing", "cancelled"):
            return "USD", ZERO, False, False
        status, days = values["status"], item.days_in_status(day)
        if status == "past_due" and self.rules.past_due_days is not None and days >= self.rules.past_due_days:
            return "USD", ZERO, False, False
        if status == "paused" and self.rules.pause == "churn":
            return "USD", ZERO, False, False
        if status == "paused" and self.rules.pause == "separate":
            return "USD", ZERO, days < self.rules.pause_max_days, False
        full = values["unit_amount"] * values["quantity"] * (1 - self.discount(item, day, values) / 100)
        amount = twelve_places(full * YEARLY[values["interval"]] / (12 * values["interval_count"]))
        return values["currency"], amount, False, amount == 0 and status != "paused"

    def days(self, first: date, last: date) -> Iterator[tuple[date, AccountDay, str | None, Decimal, Decimal]]:
        """Day, state at its end, kind of movement, its delta, and the delta of exchange rates."""
        before = AccountDay({}, ZERO, False, "none")
        ever_paid, left_on = False, None
        for day in (first + number * DAY for number in range((last - first).days + 1)):
            after = self.state(day, ever_paid)
            fx = sum(
                (self.worth(amount, currency, day) - self.worth(amount, currency, day - DAY))
                for currency, amount in before.native.items()
            )
            moved = after.mrr - before.mrr - fx
            counted, was = after.state in ("paying", "free"), before.state in ("paying", "free")
            kind = self.kind(before, after, moved, ever_paid, left_on, day)
            if was and not counted:
                left_on = day
            yield day, after, kind, moved, Decimal(fx)
            ever_paid = ever_paid or after.state == "paying"
            before = after

    def worth(self, amount: Decimal, currency: str, day: date) -> Decimal:
        rate = self.rate(currency, day)
        return ZERO if rate is None else twelve_places(amount * rate)

    def state(self, day: date, ever_paid: bool) -> AccountDay:
        native: dict[str, Decimal] = defaultdict(Decimal)
        prices = [self.price(item, day) for item in self.items]
        for currency, amount, _, _ in prices:
            native[currency] += amount
        held = {currency: amount for currency, amount in native.items() if amount}
        mrr = sum((self.worth(amount, currency, day) for currency, amount in held.items()), ZERO)
        unpriced = any(self.rate(currency, day) is None for currency in held)
        if held:
            name = "paying"
        elif ever_paid and any(paused for _, _, paused, _ in prices):
            name = "paused"
        elif ever_paid and self.rules.free_plan == "stays" and any(free for _, _, _, free in prices):
            name = "free"
        else:
            name = "none"
        return AccountDay(held, mrr, unpriced, name)

    def kind(
        self, before: AccountDay, after: AccountDay, moved: Decimal, ever_paid: bool, left_on: date | None, day: date
    ) -> str | None:
        counted, was = after.state in ("paying", "free"), before.state in ("paying", "free")
        if counted and was:
            return None if not moved else "expansion" if moved > 0 else "contraction"
        if was:
            return "pause" if after.state == "paused" else "churn"
        if counted:
            window = self.rules.reactivation_window_days
            if before.state == "paused":
                return "resume"
            recent = left_on is not None and (window is None or (day - left_on).days <= window)
            return "reactivation" if ever_paid and recent else "new"
        if before.state == after.state:
            return None
        return "churn" if before.state == "paused" else "pause"
