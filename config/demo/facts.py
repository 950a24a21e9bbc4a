"""From the simulated market to the facts that an integration would have sent: rows without ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from accounts.models import Stage
from config.demo import names
from config.demo.simulate import NEVER, TRIAL_WEEKS, History
from config.demo.world import CHANNELS, CURRENCIES, INDUSTRIES, REASONS, TIERS, WEEKS

RATES = {"EUR": Decimal(1), "USD": Decimal("0.92"), "NOK": Decimal("0.086"), "PLN": Decimal("0.232")}
LANGUAGES = {"EUR": "en", "USD": "en", "NOK": "nb", "PLN": "pl"}
ZONES = {"EUR": "Europe/Berlin", "USD": "America/New_York", "NOK": "Europe/Oslo", "PLN": "Europe/Warsaw"}
ADOPTING = 26  # weeks from the first success to being established
RENEWING = 9  # weeks before the end of a year


@dataclass(frozen=True)
class Calendar:
    """Week numbers of the simulation as days: each begins on a Monday, the last one is the present week."""

    today: date

    def day(self, week: int, weekday: int = 0) -> date:
        monday = self.today - timedelta(days=self.today.weekday())
        return monday - timedelta(weeks=WEEKS - 1 - int(week)) + timedelta(days=weekday)


def external_id(index: int) -> str:
    return f"demo-{index + 1}"


def customer(h: History, i: int, calendar: Calendar) -> dict[str, Any]:
    t = h.traits
    industry = INDUSTRIES[t.industry[i]]
    name = names.company(i, industry)
    return {
        "external_id": external_id(i),
        "name": name,
        "industry": industry,
        "tier": TIERS[t.tier[i]].name,
        "acquisition_channel": list(CHANNELS)[t.channel[i]],
        "currency": currency(h, i),
        "timezone": ZONES[currency(h, i)],
        "language": LANGUAGES[currency(h, i)],
        "signed_up_on": calendar.day(t.start[i]),
        "stage": stage(h, i),
    }


def currency(h: History, i: int) -> str:
    return list(CURRENCIES)[h.traits.currency[i]]


def present(h: History, i: int) -> bool:
    return bool(h.left[i] >= WEEKS or h.returned[i] < WEEKS)


def stage(h: History, i: int) -> str:
    """Where the customer is in its life, from what the simulation did."""
    t, now = h.traits, WEEKS
    if not present(h, i):
        return Stage.CHURNED
    if t.trial[i] and now - t.start[i] <= TRIAL_WEEKS:
        return Stage.TRIAL
    if now < t.first_value[i]:
        return Stage.ONBOARDING
    if h.returned[i] < WEEKS or now - t.first_value[i] < ADOPTING:
        return Stage.ADOPTING
    if t.annual[i] and 52 - (now - t.start[i]) % 52 <= RENEWING:
        return Stage.RENEWING
    return Stage.ESTABLISHED


def subscriptions(h: History, i: int, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """One subscription from the first day, a second one when the customer came back."""
    first = _subscription(h, i, calendar, int(h.traits.start[i]), int(h.left[i]), "s")
    if h.traits.trial[i]:
        first["status"] = "trialing"
    yield first
    if h.returned[i] < WEEKS:
        yield _subscription(h, i, calendar, int(h.returned[i]), NEVER, "r")


def _subscription(h: History, i: int, calendar: Calendar, start: int, end: int, mark: str) -> dict[str, Any]:
    tier = TIERS[h.traits.tier[i]]
    annual = bool(h.traits.annual[i])
    reason = REASONS.get(h.reason[i], "") if mark == "s" else ""
    return {
        "external_id": f"{external_id(i)}-{mark}",
        "customer": external_id(i),
        "plan": tier.plan,
        "currency": currency(h, i),
        "unit_amount": seat_price(h, i),
        "quantity": Decimal(int(h.seats[i, start] or h.traits.seats[i])),
        "seats": int(h.seats[i, start] or h.traits.seats[i]),
        "interval": "year" if annual else "month",
        "discount_percent": Decimal(10) if annual and tier.name == "Enterprise" else Decimal(0),
        "status": "active",
        "started_on": calendar.day(start),
        "ended_on": calendar.day(end) if end < WEEKS else None,
        "cancel_reason": reason if end < WEEKS else "",
    }


def seat_price(h: History, i: int) -> Decimal:
    """The tier's price in the customer's currency, per interval; a year costs ten months."""
    monthly = Decimal(TIERS[h.traits.tier[i]].seat_price) / RATES[currency(h, i)]
    return (monthly * (10 if h.traits.annual[i] else 1)).quantize(Decimal(1))


def changes(h: History, i: int, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """Conversion of the trial, seats, pauses and the yearly rise of an annual price."""
    for week, fields in sorted(_changes(h, i), key=lambda change: change[0]):
        mark = "r" if h.returned[i] <= week else "s"
        yield {
            "external_id": f"{external_id(i)}-{mark}-{week}-{'-'.join(fields)}"[:200],
            "subscription": f"{external_id(i)}-{mark}",
            "effective_on": calendar.day(week),
            **fields,
        }


def _changes(h: History, i: int) -> Iterator[tuple[int, dict[str, Any]]]:
    t = h.traits
    if t.trial[i] and h.converted[i] and t.start[i] + TRIAL_WEEKS < WEEKS:
        yield int(t.start[i] + TRIAL_WEEKS), {"status": "active"}
    yield from _seat_changes(h, i)
    if h.paused[i] < WEEKS:
        yield int(h.paused[i]), {"status": "paused", "reason": "season"}
        if h.resumed[i] < min(WEEKS, int(h.left[i])):
            yield int(h.resumed[i]), {"status": "active", "reason": "resumed"}
    if t.annual[i]:
        yield from _price_rises(h, i)


def _seat_changes(h: History, i: int) -> Iterator[tuple[int, dict[str, Any]]]:
    seats = h.seats[i]
    for week in np.flatnonzero(np.diff(seats)) + 1:
        if seats[week] and seats[week - 1]:
            yield int(week), {"quantity": Decimal(int(seats[week])), "seats": int(seats[week])}


def _price_rises(h: History, i: int) -> Iterator[tuple[int, dict[str, Any]]]:
    price = seat_price(h, i)
    for week in range(int(h.traits.start[i]) + 52, min(WEEKS, int(h.left[i])), 52):
        price = (price * Decimal("1.04")).quantize(Decimal(1))
        yield week, {"unit_amount": price, "reason": "contractual"}


def rates(calendar: Calendar, seed: int) -> Iterator[dict[str, Any]]:
    """Monthly rates into euro: a quiet random walk around the start."""
    rng = np.random.default_rng(seed + 1)
    for code in ("USD", "NOK", "PLN"):
        rate = RATES[code]
        for month in range(38):
            day = (calendar.today.replace(day=1) - timedelta(days=30 * (37 - month))).replace(day=1)
            rate = (rate * Decimal(str(1 + rng.normal(0, 0.006)))).quantize(Decimal("0.000001"))
            yield {"date": day, "from_currency": code, "to_currency": "EUR", "rate": rate, "source": "demo"}


def people(h: History, i: int) -> list[dict[str, Any]]:
    """Two to five contacts; the first is the champion until the simulation lets it leave."""
    domain = f"{external_id(i)}.example"
    roles = ("Head of operations", "Administrator", "Team lead", "Finance", "Analyst")
    return [
        {
            "external_id": f"{external_id(i)}-p{n}",
            "customer": external_id(i),
            "name": names.person(i * 5 + n),
            "email": names.mailbox(names.person(i * 5 + n), domain),
            "role": roles[n],
            "language": LANGUAGES[currency(h, i)],
            "timezone": ZONES[currency(h, i)],
            "is_champion": n == 0 and h.champion_left[i] >= WEEKS,
        }
        for n in range(2 + int(min(3, h.traits.seats[i] // 12)))
    ]
