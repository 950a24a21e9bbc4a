"""Who did what on which day, drawn from the weekly figures of the simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from config.demo.facts import Calendar, external_id
from config.demo.simulate import History
from config.demo.world import FEATURES, WEEKS

LATE_WEEKS = 8  # in which a person is seen on two days; before that one day stands for the week
DAYS_OF_LATE = 2
EVENTS = list(FEATURES)
SHARES = np.array([share for _, _, share in FEATURES.values()])
STICKY = np.array([kind == "sticky" for _, kind, _ in FEATURES.values()])


@dataclass
class UserDays:
    """Parallel columns of what was done: one entry per event."""

    customer: list[Any] = field(default_factory=list)
    day: list[date] = field(default_factory=list)
    user: list[str] = field(default_factory=list)
    event: list[str] = field(default_factory=list)


def user_days(
    h: History, ids: list[Any], calendar: Calendar, *, weeks: int, people: int, seed: int
) -> Iterator[UserDays]:
    """One batch per week, oldest first; at most `people` persons of a customer are drawn one by one."""
    rng = np.random.default_rng(seed + 2)
    for week in range(WEEKS - weeks, WEEKS):
        yield _week(rng, h, ids, calendar, week, people)


def _week(rng: np.random.Generator, h: History, ids: list[Any], calendar: Calendar, week: int, people: int) -> UserDays:
    batch = UserDays()
    wanted_days = DAYS_OF_LATE if week >= WEEKS - LATE_WEEKS else 1
    for i in np.flatnonzero(h.active[:, week]):
        active = int(min(h.active[i, week], people))
        shares = _shares(h, int(i), week)
        for person in range(active):
            for weekday in rng.choice(5, wanted_days, replace=False):
                _day(rng, batch, ids[i], calendar.day(week, int(weekday)), _user(i, person), shares)
    return batch


def _shares(h: History, i: int, week: int) -> npt.NDArray[np.float64]:
    """What is used: sticky features only where most seats are in use."""
    rate = h.active[i, week] / max(1, h.seats[i, week])
    shares = np.where(STICKY, SHARES * max(0.0, 2 * rate - 0.5), SHARES)
    return shares / shares.sum()


def _day(
    rng: np.random.Generator, batch: UserDays, customer: Any, day: date, user: str, shares: npt.NDArray[np.float64]
) -> None:
    """A log-in and one or two other things."""
    for number in {0, *rng.choice(len(EVENTS), 2, p=shares)}:
        batch.customer.append(customer)
        batch.day.append(day)
        batch.user.append(user)
        batch.event.append(EVENTS[number])


def _user(i: Any, person: int) -> str:
    """The first people of a customer are its contacts; the others have no profile."""
    return f"{external_id(int(i))}-p{person}" if person < 5 else f"{external_id(int(i))}-u{person}"
