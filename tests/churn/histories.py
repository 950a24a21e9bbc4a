"""Random markets for property tests: many customers at once, in a window with a 29 February and clock changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

FIRST, DAYS = date(2024, 1, 15), 150
LAST = FIRST + timedelta(days=DAYS)
SIZE = 40

AMOUNTS = [Decimal(0), Decimal("9.99"), Decimal(50), Decimal(100), Decimal(100), Decimal("333.333333")]
QUANTITIES = [Decimal(0), Decimal(1), Decimal(1), Decimal(3), Decimal("2.5")]
DISCOUNTS = [Decimal(0), Decimal(0), Decimal(25), Decimal("33.3333"), Decimal(100)]
STATUSES = ["active", "active", "active", "past_due", "paused", "paused", "trialing", "cancelled"]
INTERVALS = ["day", "week", "month", "quarter", "half_year", "year"]
CURRENCIES = ["USD", "USD", "USD", "EUR", "EUR", "GBP"]
CHANGES: dict[str, list[Any]] = {
    "unit_amount": AMOUNTS,
    "quantity": QUANTITIES,
    "interval": INTERVALS,
    "discount_percent": DISCOUNTS,
    "status": STATUSES,
    "currency": CURRENCIES,
}

seeds = st.integers(0, 2**32 - 1)
random_markets = settings(  # a failing market is named by its seed; making it smaller would take minutes
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def day(random: Random) -> date:
    return FIRST + timedelta(days=random.randint(0, DAYS))


def change(random: Random) -> dict[str, Any]:
    """Usually of one field, most often of the status, so that pauses and dunning meet other changes."""
    names = random.sample(list(CHANGES), random.choice([1, 1, 1, 2, 3]))
    if random.random() < 0.5:
        names = ["status"]
    return {name: random.choice(CHANGES[name]) for name in names}


def subscription(random: Random) -> dict[str, Any]:
    started_on = day(random) if random.random() < 0.5 else FIRST
    base = {
        "unit_amount": random.choice(AMOUNTS),
        "quantity": random.choice(QUANTITIES),
        "interval": random.choice(INTERVALS),
        "interval_count": random.randint(1, 3),
        "discount_percent": random.choice(DISCOUNTS),
        "status": random.choice(["active", "active", "active", "trialing"]),
        "currency": random.choice(CURRENCIES),
    }
    length = random.choice([None, None, random.randint(0, DAYS)])
    return {
        "base": base,
        "started_on": started_on,
        "ended_on": None if length is None else started_on + timedelta(days=length),
        "changes": [(day(random), change(random)) for _ in range(random.choice([0, 1, 2, 3, 5]))],
    }


def customers(random: Random) -> list[list[dict[str, Any]]]:
    return [[subscription(random) for _ in range(random.choice([1, 1, 2, 3]))] for _ in range(SIZE)]


def rates(random: Random) -> dict[str, dict[date, Decimal]]:
    """EUR always has one; GBP gets its first on the way."""
    known = [Decimal("0.9"), Decimal("1.1"), Decimal("1.2345678901")]
    return {
        currency: {start: random.choice(known)} | {day(random): random.choice(known) for _ in range(3)}
        for currency, start in (("EUR", FIRST - timedelta(days=9)), ("GBP", FIRST + timedelta(days=20)))
    }


def switches(random: Random) -> dict[str, Any]:
    drawn = {
        "past_due_days": random.choice([None, 0, 7, 30]),
        "pause": random.choice(["separate", "separate", "keeps_mrr", "churn"]),
        "pause_max_days": random.choice([1, 20, 40]),
        "free_plan": random.choice(["churn", "stays"]),
        "reactivation_window_days": random.choice([None, 5, 10, 30]),
        "finite_discounts": random.choice(["reduce", "ignore"]),
    }
    return {name: value for name, value in drawn.items() if random.random() < 0.7}
