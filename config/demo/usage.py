"""Who used what on which day, drawn from the weekly figures of the simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from config.demo.facts import Calendar, external_id
from config.demo.simulate import History
from config.demo.world import FEATURES, WEEKS

DETAILED_WEEKS = 12  # several days a week with several events; before that one day stands for the week
EVENTS = list(FEATURES)
SHARES = np.array([share for _, _, share in FEATURES.values()])
STICKY = np.array([kind == "sticky" for _, kind, _ in FEATURES.values()])


@dataclass
class UserDays:
    """Parallel columns of person-days."""

    customer: list[Any] = field(default_factory=list)
    day: list[date] = field(default_factory=list)
    user: list[str] = field(default_factory=list)
    event: list[str] = field(default_factory=list)
    count: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.count)


def user_days(
    h: History, ids: list[Any], calendar: Calendar, *, weeks: int, people: int, seed: int
) -> Iterator[UserDays]:
    """One batch per week, oldest first; at most `people` persons of a customer are drawn one by one."""
    rng = np.random.default_rng(seed + 2)
    for week in range(WEEKS - weeks, WEEKS):
        yield _week(rng, h, ids, calendar, week, people)


def _week(rng: np.random.Generator, h: History, ids: list[Any], calendar: Calendar, week: int, people: int) -> UserDays:
    batch = UserDays()
    detailed = week >= WEEKS - DETAILED_WEEKS
    for i in np.flatnonzero(h.active[:, week]):
        active = int(min(h.active[i, week], people))
        each = max(1, int(h.usage[i, week]) // max(1, active))
        for person in range(active):
            days = _days(rng, each) if detailed else [int(rng.integers(0, 5))]
            for weekday in days:
                _day(rng, batch, ids[i], calendar.day(week, weekday), _user(i, person), each // len(days), h, i, week)
    return batch


def _days(rng: np.random.Generator, each: int) -> list[int]:
    wanted = int(min(5, 1 + each // 4))
    return sorted(int(day) for day in rng.choice(5, wanted, replace=False))


def _day(
    rng: np.random.Generator,
    batch: UserDays,
    customer: Any,
    day: date,
    user: str,
    events: int,
    h: History,
    i: Any,
    week: int,
) -> None:
    rate = h.active[i, week] / max(1, h.seats[i, week])
    shares = np.where(STICKY, SHARES * max(0.0, 2 * rate - 0.5), SHARES)
    counts = rng.multinomial(max(1, events), shares / shares.sum())
    counts[0] = 1
    for number in np.flatnonzero(counts):
        batch.customer.append(customer)
        batch.day.append(day)
        batch.user.append(user)
        batch.event.append(EVENTS[number])
        batch.count.append(int(counts[number]))


def _user(i: Any, person: int) -> str:
    """The first people of a customer are its contacts; the others have no profile."""
    return f"{external_id(int(i))}-p{person}" if person < 5 else f"{external_id(int(i))}-u{person}"
