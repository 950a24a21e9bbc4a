"""Read a scorecard that somebody wrote, and say of every field what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.nested import escaped
from health.arithmetic import LOG_UNIT, UNIT, logarithm
from health.definition import BANDS, KEY, Bands, CapRule, Definition, GroupRule, MeasureRule

MOST_GROUPS = 12
MOST_MEASURES = 60
MOST_CAPS = 20
LARGEST_WEIGHT = Decimal(1000)
LARGEST_ANCHOR = Decimal(10) ** 12
LONGEST_DAYS = 3650
NEAREST_LOG = LOG_UNIT // 100


class DefinitionError(ValueError):
    """All faults found, as (JSON pointer, message)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer}: {message}" for pointer, message in faults))
        self.faults = faults


def check(document: Any, *, defaults: dict[str, dict[str, Any]] | None = None) -> Definition:
    """The definition that the document describes, or DefinitionError with every fault.

    `defaults` gives anchors and ages of known measures, for a document that leaves them out.
    """
    reader = Reader(defaults or {})
    definition = reader.definition(document)
    if reader.faults:
        raise DefinitionError(reader.faults)
    return definition


@dataclass
class Reader:
    defaults: dict[str, dict[str, Any]]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, pointer: str, message: str) -> None:
        self.faults.append((pointer, message))

    def definition(self, document: Any) -> Definition:
        document = self.mapping(document, "", {"groups", "bands", "caps"})
        groups = tuple(
            self.group(each, f"/groups/{i}") for i, each in enumerate(self.items(document, "groups", MOST_GROUPS))
        )
        if not groups:
            self.fault("/groups", _("At least one group is needed."))
        self.distinct([g.key for g in groups], "/groups")
        self.distinct([m.key for g in groups for m in g.measures], "/groups")
        caps = tuple(self.cap(each, f"/caps/{i}") for i, each in enumerate(self.items(document, "caps", MOST_CAPS)))
        self.distinct([cap.key for cap in caps], "/caps")
        return Definition(groups, self.bands(document.get("bands")), caps)

    def group(self, document: Any, at: str) -> GroupRule:
        document = self.mapping(document, at, {"key", "weight", "measures"})
        found = self.items(document, "measures", MOST_MEASURES, at)
        measures = tuple(self.measure(each, f"{at}/measures/{i}") for i, each in enumerate(found))
        if not measures:
            self.fault(f"{at}/measures", _("A group needs at least one measure."))
        return GroupRule(self.key(document, "key", at), self.weight(document, at), measures)

    def measure(self, document: Any, at: str) -> MeasureRule:
        known = {"key", "weight", "red", "green", "mid", "log", "fresh_days", "expire_days"}
        document = self.mapping(document, at, known)
        key = self.key(document, "key", at)
        document = {**self.defaults.get(key, {}), **document}
        fresh, expire = (self.days(document, name, at) for name in ("fresh_days", "expire_days"))
        if expire is not None and expire <= (fresh or 0):
            self.fault(f"{at}/expire_days", _("Must be more than fresh_days."))
        log = document.get("log", False)
        if not isinstance(log, bool):
            self.fault(f"{at}/log", _("Must be true or false."))
        red, green = self.number(document, "red", at), self.number(document, "green", at)
        mid = self.number(document, "mid", at) if document.get("mid") is not None else None
        self.anchors(red, green, mid, log is True, at)
        return MeasureRule(
            key, self.weight(document, at), red, green, mid, log is True, None if expire is None else fresh or 0, expire
        )

    def anchors(self, red: Decimal, green: Decimal, mid: Decimal | None, log: bool, at: str) -> None:
        if red == green:
            self.fault(f"{at}/green", _("Must differ from red."))
        if mid is not None and not min(red, green) < mid < max(red, green):
            self.fault(f"{at}/mid", _("Must lie between red and green."))
        if log and min(red, green) < 0:
            self.fault(f"{at}/log", _("Needs anchors that are not negative."))
        elif log and red != green:
            ends = sorted(logarithm(int(end * UNIT)) for end in (red, green, mid) if end is not None)
            if any(high - low < NEAREST_LOG for low, high in pairwise(ends)):
                self.fault(f"{at}/log", _("The anchors lie too close together for a logarithmic scale."))

    def cap(self, document: Any, at: str) -> CapRule:
        document = self.mapping(document, at, {"key", "measure", "above", "below", "limit"})
        measure = self.key(document, "measure", at)
        above, below = (
            self.number(document, name, at) if document.get(name) is not None else None for name in ("above", "below")
        )
        if (above is None) == (below is None):
            self.fault(f"{at}/above", _("Give either above or below."))
        limit = self.whole(document.get("limit"), f"{at}/limit", 0, 99)
        key = self.key(document, "key", at) if document.get("key") else measure
        return CapRule(key, measure, limit, above, below)

    def bands(self, document: Any) -> Bands:
        document = {**BANDS, **self.mapping(document or {}, "/bands", {"yellow", "green"})}
        yellow, green = (self.whole(document[name], f"/bands/{name}", 1, 100) for name in ("yellow", "green"))
        if green <= yellow:
            self.fault("/bands/green", _("Must be more than yellow."))
        return Bands(yellow, green)

    # -- fields

    def mapping(self, value: Any, at: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fault(at, _("Must be an object."))
            return {}
        for name in sorted(value.keys() - known):
            self.fault(f"{at}/{escaped(name)}", _("There is no such field."))
        return value

    def items(self, document: dict[str, Any], name: str, most: int, at: str = "") -> list[Any]:
        value = document.get(name) or []
        if not isinstance(value, list):
            self.fault(f"{at}/{name}", _("Must be a list."))
            return []
        if len(value) > most:
            self.fault(f"{at}/{name}", _("At most %(most)d entries.") % {"most": most})
        return value[:most]

    def key(self, document: dict[str, Any], name: str, at: str) -> str:
        value = document.get(name)
        if not isinstance(value, str) or not KEY.match(value):
            self.fault(f"{at}/{name}", _("Must be 1 to 64 letters, digits, _ . : or -."))
            return ""
        return value

    def weight(self, document: dict[str, Any], at: str) -> Decimal:
        weight = self.number(document, "weight", at, places=4)
        if not 0 < weight <= LARGEST_WEIGHT:
            self.fault(f"{at}/weight", _("Must be more than 0 and at most 1000."))
        return weight

    def number(self, document: dict[str, Any], name: str, at: str, places: int = 6) -> Decimal:
        value = document.get(name)
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)) or len(str(value)) > 40:
                raise InvalidOperation
            number = Decimal(str(value))
            if not number.is_finite() or abs(number) > LARGEST_ANCHOR:
                raise InvalidOperation
            return _plain(number, places)
        except InvalidOperation:
            self.fault(f"{at}/{name}", _("Must be a number with at most %(places)d decimals.") % {"places": places})
            return Decimal(0)

    def days(self, document: dict[str, Any], name: str, at: str) -> int | None:
        value = document.get(name)
        return None if value is None else self.whole(value, f"{at}/{name}", 0, LONGEST_DAYS)

    def whole(self, value: Any, at: str, least: int, most: int) -> int:
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            words = {"least": least, "most": most}
            self.fault(at, _("Must be a whole number from %(least)d to %(most)d.") % words)
            return least
        return value

    def distinct(self, keys: list[str], at: str) -> None:
        twice = sorted({key for key in keys if key and keys.count(key) > 1})
        if twice:
            self.fault(at, _("Used more than once: %(keys)s.") % {"keys": ", ".join(twice)})


def _plain(number: Decimal, places: int) -> Decimal:
    """Without exponent and trailing zeros; more decimals than allowed are refused, not rounded away."""
    rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded != number:
        raise InvalidOperation
    return rounded.normalize() + 0 if rounded else Decimal(0)
