"""Where measured values come from: one set-based relation per source, with the measures it can tell.

An app above may register its own source; a measure without one is fed through `measure_values`. A source that
knows nothing of a customer says NULL, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

DAYS = gettext_lazy("days")

Only = Callable[[str], str]  # the condition that keeps a statement to the customers at hand, for a column


@dataclass(frozen=True)
class Fact:
    """SQL over the source's relation: the value (NULL is missing) and its age in days.

    The value is in its own unit, or already in whole millionths where a source can say so more cheaply. `known` is
    an expression that is NULL exactly when the value is, for values that are dear to compute twice.
    """

    value: str
    age: str = "0"
    in_millionths: bool = False
    known: str = ""

    @property
    def is_known(self) -> str:
        return f"{self.known or self.value} IS NOT NULL"

    @property
    def millionths(self) -> str:
        return self.value if self.in_millionths else f"({self.value}) * 1000000::bigint"


@dataclass(frozen=True)
class Source:
    """`relation` gives one row per customer with `customer_id`; parameters: %(day)s, %(until)s, %(zone)s.

    A relation over sums that only hold for the newest day has a `past` beside it, which works any day out anew;
    `past_params` gives the parameters which that one needs besides.
    """

    name: str
    relation: Callable[[Only], str]
    facts: Mapping[str, Fact]
    past: Callable[[Only], str] | None = None
    past_params: Callable[[date], dict[str, Any]] | None = None

    def on(self, only: Only, *, past: bool) -> str:
        return self.past(only) if past and self.past else self.relation(only)


@dataclass(frozen=True)
class Measured:
    """A measure as people see it, with the anchors a new scorecard starts from."""

    key: str
    label: Promise | str
    unit: Promise | str
    group: str
    red: Decimal
    green: Decimal
    fresh_days: int | None = None
    expire_days: int | None = None
    hint: Promise | str = field(default="")

    @property
    def defaults(self) -> dict[str, Any]:
        return {
            "red": str(self.red),
            "green": str(self.green),
            "fresh_days": self.fresh_days,
            "expire_days": self.expire_days,
        }


sources: dict[str, Source] = {}
measures: dict[str, Measured] = {}
_source_of: dict[str, str] = {}


def register_source(source: Source) -> None:
    sources[source.name] = source
    _source_of.update(dict.fromkeys(source.facts, source.name))


def register_measures(*found: Measured) -> None:
    measures.update({measure.key: measure for measure in found})


def source_of(key: str) -> Source | None:
    """The source that tells this measure; None for one that integrations feed."""
    name = _source_of.get(key)
    return sources[name] if name else None
