"""What differs between two versions of a scorecard. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str, str]  # kind (bands, group, measure, cap) and key
Flat = dict[Place, dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """A field that changed; `before` or `after` is None where the whole thing came or went."""

    kind: str
    key: str
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Field by field, in the order of the newer document; what came or went shows as its weight or limit."""
    old, new = _flat(before), _flat(after)
    found = []
    for place in dict.fromkeys([*new, *old]):
        fields = dict.fromkeys([*new.get(place, {}), *old.get(place, {})])
        if place not in old or place not in new:
            fields = dict.fromkeys([next(iter(fields))])
        for name in fields:
            was, now = old.get(place, {}).get(name), new.get(place, {}).get(name)
            if was != now:
                found.append(Difference(*place, name, was, now))
    return found


def _flat(document: Mapping[str, Any]) -> Flat:
    flat: Flat = {("bands", ""): dict(document["bands"])}
    for group in document["groups"]:
        flat["group", group["key"]] = {"weight": group["weight"]}
        for measure in group["measures"]:
            flat["measure", measure["key"]] = {n: v for n, v in measure.items() if n != "key"} | {"group": group["key"]}
    for cap in document["caps"]:
        flat["cap", cap["key"]] = {n: cap[n] for n in ("limit", "measure", "above", "below")}
    return flat
