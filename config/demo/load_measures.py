"""What the demo's support desk, surveys and onboarding would have told the health score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np

from config.demo import facts
from config.demo.facts import Calendar
from config.demo.simulate import History
from config.demo.world import WEEKS
from health.services.measure_values import Observation, record_values

BATCH = 1000
HISTORY = 26  # weeks that are told
SURVEY_EVERY = 12


def load_measures(h: History, calendar: Calendar, ids: list[Any], seed: int) -> None:
    """Every two weeks tickets and onboarding, every quarter a survey, now and then the CSM's own view."""
    rng = np.random.default_rng(seed + 4)
    rows = _observations(rng, h, calendar, ids)
    while batch := list(islice(rows, BATCH)):
        record_values(batch)


def _observations(rng: np.random.Generator, h: History, calendar: Calendar, ids: list[Any]) -> Iterator[Observation]:
    for i, pk in enumerate(ids):
        if facts.present(h, i):
            yield from _customer(rng, h, i, pk, calendar)


def _customer(rng: np.random.Generator, h: History, i: int, pk: Any, calendar: Calendar) -> Iterator[Observation]:
    start = max(int(h.traits.start[i]), WEEKS - HISTORY)
    for week in range(start, WEEKS):
        at = datetime.combine(calendar.day(week), time(6), tzinfo=UTC)
        if (WEEKS - 1 - week) % 2 == 0:
            open_tickets = int(
                h.tickets[i, max(0, week - 1) : week + 1].sum() + 2 * h.slow_help[i, week - 3 : week].sum()
            )
            yield _value(pk, "open_tickets", open_tickets, at)
            yield _value(pk, "onboarding_progress", _progress(h, i, week), at)
        if (week + i) % SURVEY_EVERY == 0 and rng.random() < 0.6:
            yield _value(pk, "nps", _nps(rng, h, i, week), at)
        if (week + 2 * i) % 6 == 0:
            yield _value(pk, "sentiment", 1 + round(4 * _engagement(h, i, week)), at)


def _value(pk: Any, measure: str, value: int, at: datetime) -> Observation:
    return Observation(pk, measure, Decimal(value), at, recorded_at=at, source="demo")


def _progress(h: History, i: int, week: int) -> int:
    planned = max(1, int(h.traits.first_value[i] - h.traits.start[i]))
    return min(100, int(100 * (week - h.traits.start[i] + 1) / planned))


def _engagement(h: History, i: int, week: int) -> float:
    return float(min(1.0, h.active[i, max(0, week - 4) : week + 1].mean() / max(1, h.seats[i, week])))


def _nps(rng: np.random.Generator, h: History, i: int, week: int) -> int:
    """Mean class of a handful of answers."""
    answers = rng.choice(
        [-100, 0, 100], 4, p=_mood(_engagement(h, i, week), bool(h.slow_help[i, week - 8 : week].any()))
    )
    return int(answers.mean())


def _mood(engagement: float, annoyed: bool) -> list[float]:
    promoters = 0.15 + 0.5 * engagement
    detractors = 0.35 - 0.3 * engagement + 0.15 * annoyed
    total = promoters + detractors + 0.3
    return [detractors / total, 0.3 / total, promoters / total]
