"""Whose event is it? A user belongs to the customer of the latest group call before; arithmetic without a database."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Sighting:
    """A user was said to belong to a customer at this time."""

    at: datetime
    customer: UUID


@dataclass(frozen=True)
class Stay:
    """The user counts for the customer from one instant to before another."""

    start: datetime
    end: datetime
    customer: UUID


@dataclass
class History:
    """What is kept of a user's sightings: the first and the last of each day (UTC) and customer.

    The order in which they came to be known makes no difference. Before the first sighting the first customer
    counts; two sightings at one instant are settled by the id.
    """

    sightings: set[Sighting] = field(default_factory=set)

    def stays(self) -> list[Stay]:
        """Neighbouring sightings at one customer are one stay."""
        ordered = sorted(self.sightings)
        changes = [
            each for index, each in enumerate(ordered) if not index or each.customer != ordered[index - 1].customer
        ]
        starts = [BEGINNING, *(each.at for each in changes[1:])]
        ends = [*starts[1:], END]
        return [Stay(start, end, each.customer) for start, end, each in zip(starts, ends, changes, strict=False)]

    def with_sightings(self, more: Iterable[Sighting]) -> History:
        days: dict[tuple[date, UUID], list[Sighting]] = defaultdict(list)
        for each in {*self.sightings, *more}:
            days[each.at.astimezone(UTC).date(), each.customer].append(each)
        return History({end for found in days.values() for end in (min(found), max(found))})


def customer_at(stays: list[Stay], moment: datetime) -> UUID | None:
    """The customer that counts at this moment; None for a user that was never seen at one."""
    index = bisect_right(stays, moment, key=lambda stay: stay.start) - 1
    return stays[max(index, 0)].customer if stays else None


def changed(before: list[Stay], after: list[Stay]) -> Iterator[Stay]:
    """The parts of `after` that `before` did not say; a history only grows, so `after` is never empty where `before` is not."""
    for stay in after:
        old = [each for each in before if each.start < stay.end and each.end > stay.start]
        if not old or any(each.customer != stay.customer for each in old):
            yield stay
