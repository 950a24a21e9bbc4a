"""What one version of a scorecard says: groups, measures, bands and caps. Pure; reads and writes plain JSON.

The stored form is canonical (decimals as strings without trailing zeros, every key present), so that equal
definitions have equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

KEY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z")
BANDS = {"yellow": 50, "green": 75}


@dataclass(frozen=True)
class MeasureRule:
    """How a measured value becomes 0 to 100: nothing at the red anchor, everything at the green one.

    Green below red means that less is better. A value counts in full for `fresh_days`, then ever less, and from
    `expire_days` on it is missing; without `expire_days` it never ages.
    """

    key: str
    weight: Decimal
    red: Decimal
    green: Decimal
    mid: Decimal | None = None
    log: bool = False
    fresh_days: int | None = None
    expire_days: int | None = None


@dataclass(frozen=True)
class GroupRule:
    key: str
    weight: Decimal
    measures: tuple[MeasureRule, ...]


@dataclass(frozen=True)
class CapRule:
    """While the measure is above (or below) the threshold, the score is at most the limit."""

    key: str
    measure: str
    limit: int
    above: Decimal | None = None
    below: Decimal | None = None


@dataclass(frozen=True)
class Bands:
    """The lowest displayed score of yellow and of green."""

    yellow: int = BANDS["yellow"]
    green: int = BANDS["green"]

    def of(self, score: int | None) -> str:
        if score is None:
            return "unknown"
        return "green" if score >= self.green else "yellow" if score >= self.yellow else "red"


@dataclass(frozen=True)
class Definition:
    groups: tuple[GroupRule, ...]
    bands: Bands = Bands()
    caps: tuple[CapRule, ...] = ()

    @property
    def measures(self) -> Iterator[MeasureRule]:
        """In the order in which every snapshot stores them."""
        return (measure for group in self.groups for measure in group.measures)

    @property
    def inputs(self) -> list[str]:
        """The measures that weigh, then those that only caps look at."""
        return list(dict.fromkeys([*(m.key for m in self.measures), *(cap.measure for cap in self.caps)]))

    def as_json(self) -> dict[str, Any]:
        return {
            "bands": {"yellow": self.bands.yellow, "green": self.bands.green},
            "groups": [
                {"key": g.key, "weight": _text(g.weight), "measures": [_measure_json(m) for m in g.measures]}
                for g in self.groups
            ],
            "caps": [_cap_json(cap) for cap in self.caps],
        }


def load(document: dict[str, Any]) -> Definition:
    """Read the stored form back; it was checked when it was published."""
    groups = tuple(
        GroupRule(g["key"], Decimal(g["weight"]), tuple(_load_measure(m) for m in g["measures"]))
        for g in document["groups"]
    )
    caps = tuple(
        CapRule(c["key"], c["measure"], c["limit"], _decimal(c["above"]), _decimal(c["below"]))
        for c in document["caps"]
    )
    return Definition(groups, Bands(**document["bands"]), caps)


def _load_measure(m: dict[str, Any]) -> MeasureRule:
    return MeasureRule(
        key=m["key"],
        weight=Decimal(m["weight"]),
        red=Decimal(m["red"]),
        green=Decimal(m["green"]),
        mid=_decimal(m["mid"]),
        log=m["log"],
        fresh_days=m["fresh_days"],
        expire_days=m["expire_days"],
    )


def _measure_json(m: MeasureRule) -> dict[str, Any]:
    return {
        "key": m.key,
        "weight": _text(m.weight),
        "red": _text(m.red),
        "green": _text(m.green),
        "mid": None if m.mid is None else _text(m.mid),
        "log": m.log,
        "fresh_days": m.fresh_days,
        "expire_days": m.expire_days,
    }


def _cap_json(cap: CapRule) -> dict[str, Any]:
    return {
        "key": cap.key,
        "measure": cap.measure,
        "limit": cap.limit,
        "above": None if cap.above is None else _text(cap.above),
        "below": None if cap.below is None else _text(cap.below),
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
