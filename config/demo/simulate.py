"""Three years of a market in numpy: fit and onboarding drive engagement, engagement drives usage, and what
a customer experiences (little use, slow help, a champion who left) drives leaving. Deterministic by seed.

Everything is an array over customers; time runs in weeks, week 0 being the oldest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from config.demo.world import CHANNELS, CURRENCIES, INDUSTRIES, TIERS, WEEKS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TRIAL_WEEKS = 2
NEVER = 10_000


@dataclass
class Traits:
    """What a customer is, from the day it signs up."""

    start: Ints
    tier: Ints
    channel: Ints
    industry: Ints
    currency: Ints
    seats: Ints
    annual: Bools
    trial: Bools
    fit: Floats
    first_value: Ints  # week of the first success, counted like all weeks


@dataclass
class History:
    """What happened. Weeks are NEVER where it did not."""

    traits: Traits
    usage: Ints  # customer × week: qualifying events
    active: Ints  # customer × week: people who used the product
    seats: Ints  # customer × week: paid seats
    tickets: Ints  # customer × week: opened
    slow_help: Bools  # customer × week: a ticket waited too long
    champion_left: Ints
    left: Ints  # first week without a subscription
    returned: Ints
    paused: Ints
    resumed: Ints
    converted: Bools
    reason: list[str] = field(default_factory=list)


def simulate(customers: int, seed: int) -> History:
    """The whole market; two calls with the same arguments give equal arrays."""
    rng = np.random.default_rng(seed)
    traits = draw_traits(rng, customers)
    return live(rng, traits)


def draw_traits(rng: np.random.Generator, n: int) -> Traits:
    tier = rng.choice(len(TIERS), n, p=[t.share for t in TIERS])
    channel = rng.choice(len(CHANNELS), n, p=[share for share, _ in CHANNELS.values()])
    mean, sd = (np.array([t.seats[i] for t in TIERS])[tier] for i in (0, 1))
    fit = np.array([fit for _, fit in CHANNELS.values()])[channel] + rng.normal(0, 0.8, n)
    start = np.sort((WEEKS + 20) * np.sqrt(rng.random(n)) - 20).astype(np.int64).clip(0, WEEKS - 1)
    speed = np.exp(1.6 - 0.35 * fit + 0.25 * tier + rng.normal(0, 0.45, n))
    return Traits(
        start=start,
        tier=tier,
        channel=channel,
        industry=rng.integers(0, len(INDUSTRIES), n),
        currency=rng.choice(len(CURRENCIES), n, p=list(CURRENCIES.values())),
        seats=np.maximum(2, np.exp(rng.normal(mean, sd)).astype(np.int64)),
        annual=rng.random(n) < np.array([t.annual for t in TIERS])[tier],
        trial=(tier == 0) & (rng.random(n) < 0.7),
        fit=fit,
        first_value=start + np.maximum(1, speed.astype(np.int64)),
    )


def live(rng: np.random.Generator, t: Traits) -> History:
    n = len(t.start)
    h = _empty(t, n)
    state = _State(np.full(n, 0.15), np.zeros(n), np.zeros(n), t.seats.copy())
    for week in range(WEEKS):
        _week(rng, h, state, week)
    h.reason = [_reason(h, i) for i in range(n)]
    return h


@dataclass
class _State:
    engagement: Floats
    annoyance: Floats  # decaying memory of slow help
    disuse: Floats  # decaying memory of low engagement
    seats: Ints


def _empty(t: Traits, n: int) -> History:
    grid = (n, WEEKS)
    never = np.full(n, NEVER, dtype=np.int64)
    return History(
        traits=t,
        usage=np.zeros(grid, np.int64),
        active=np.zeros(grid, np.int64),
        seats=np.zeros(grid, np.int64),
        tickets=np.zeros(grid, np.int64),
        slow_help=np.zeros(grid, bool),
        champion_left=never.copy(),
        left=never.copy(),
        returned=never.copy(),
        paused=never.copy(),
        resumed=never.copy(),
        converted=~t.trial,
    )


def _week(rng: np.random.Generator, h: History, s: _State, week: int) -> None:
    t = h.traits
    here = (t.start <= week) & ((h.left > week) | (h.returned <= week))
    _champions(rng, h, here, week)
    _feel(rng, h, s, here, week)
    _use(rng, h, s, here, week)
    _ask(rng, h, s, here, week)
    _grow(rng, h, s, here, week)
    _decide(rng, h, s, here, week)
    h.seats[:, week] = np.where(here & (h.left > week) | (h.returned <= week), s.seats, 0)


def _champions(rng: np.random.Generator, h: History, here: Bools, week: int) -> None:
    leaves = here & (h.champion_left == NEVER) & (rng.random(len(here)) < 0.0035)
    h.champion_left[leaves] = week


def _feel(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    """Engagement drifts towards what fit and onboarding allow; lost champions and slow help pull it down."""
    t = h.traits
    target = 0.62 + 0.20 * np.tanh(t.fit) - 0.28 * s.annoyance.clip(0, 1)
    target = np.where(week < t.first_value, 0.30, target)
    target = np.where(h.champion_left <= week, target * 0.55, target)
    s.engagement += here * (0.12 * (target - s.engagement) + rng.normal(0, 0.03, len(here)))
    s.engagement = s.engagement.clip(0.0, 1.0)
    s.annoyance *= 0.92
    s.disuse += 0.1 * ((s.engagement < 0.28) - s.disuse)


def _use(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    season = {51: 0.45, 52: 0.35, 0: 0.55}.get(week % 52, 0.85 if 26 <= week % 52 <= 31 else 1.0)
    people = rng.binomial(s.seats, (s.engagement * 0.95).clip(0, 0.98))
    h.active[:, week] = np.where(here, people, 0)
    h.usage[:, week] = np.where(here, rng.poisson(people * (3 + 9 * s.engagement) * season), 0)


def _ask(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    rate = 0.03 * np.sqrt(s.seats) * (1.4 - 0.4 * np.tanh(h.traits.fit)) * np.where(week < h.traits.first_value, 2, 1)
    opened = np.where(here, rng.poisson(rate), 0)
    h.tickets[:, week] = opened
    slow = (opened > 0) & (rng.random(len(here)) < 0.14)
    h.slow_help[:, week] = slow
    s.annoyance += 0.45 * slow


def _grow(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    """Full seats are added to, empty ones are given back at the renewal of the month or year."""
    renews = here & _renews(h.traits, week)
    full = h.active[:, week] >= 0.72 * s.seats
    empty = h.active[:, week] < 0.22 * s.seats
    more = here & full & (rng.random(len(here)) < 0.05)
    less = renews & empty & (s.seats > 3) & (rng.random(len(here)) < 0.20)
    s.seats = np.where(more, np.ceil(s.seats * 1.25).astype(np.int64), s.seats)
    s.seats = np.where(less, np.maximum(2, (s.seats * 0.7).astype(np.int64)), s.seats)


def _decide(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    t = h.traits
    _end_trials(rng, h, s, here, week)
    _come_back(rng, h, week)
    _pause(rng, h, here, week)
    logit = -5.1 + 4.2 * s.disuse + 2.4 * (0.5 - s.engagement) + 1.1 * s.annoyance - 0.25 * t.fit
    logit += 0.9 * ((h.champion_left <= week) & (h.champion_left > week - 30)) + 1.3 * t.annual
    chance = 1 / (1 + np.exp(-logit))
    may = here & _renews(t, week) & h.converted & (h.left == NEVER) & (week > t.start + 4)
    leaves = may & (rng.random(len(here)) < chance)
    h.left[leaves] = week


def _end_trials(rng: np.random.Generator, h: History, s: _State, here: Bools, week: int) -> None:
    t = h.traits
    ends = here & t.trial & (t.start + TRIAL_WEEKS == week)
    buys = rng.random(len(here)) < (0.25 + 1.3 * s.engagement).clip(0, 0.95)
    h.converted |= ends & buys
    h.left[ends & ~buys] = week


def _come_back(rng: np.random.Generator, h: History, week: int) -> None:
    gone = h.converted & (h.left < week - 8) & (h.left > week - 60) & (h.returned == NEVER)
    returns = gone & (rng.random(len(gone)) < 0.0025)
    h.returned[returns] = week


def _pause(rng: np.random.Generator, h: History, here: Bools, week: int) -> None:
    may = here & h.converted & ~h.traits.annual & (h.paused == NEVER) & (h.left == NEVER) & (week > h.traits.start + 12)
    pauses = may & (rng.random(len(here)) < 0.0006)
    h.paused[pauses] = week
    h.resumed[pauses] = week + 6


def _renews(t: Traits, week: int) -> Bools:
    age = week - t.start
    return (age > 0) & np.where(t.annual, age % 52 == 0, age % 4 == 0)


def _reason(h: History, i: int) -> str:
    """What the simulation did to this customer, in the words of the reasons' taxonomy; empty while it stays."""
    week = int(h.left[i])
    if week >= WEEKS or not h.converted[i]:
        return ""
    recent = slice(max(0, week - 16), week)
    if h.champion_left[i] <= week and h.champion_left[i] > week - 30:
        return "champion"
    if h.slow_help[i, recent].sum() >= 2:
        return "support"
    if h.traits.first_value[i] > week - 6:
        return "onboarding"
    if h.active[i, recent].mean() < 0.3 * max(1, h.traits.seats[i]):
        return "unused"
    return "fit" if h.traits.fit[i] < -0.3 else "price"
