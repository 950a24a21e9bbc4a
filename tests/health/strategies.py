"""Scorecards and facts of every shape that the product accepts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

KEYS = [f"m{i}" for i in range(8)]


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def rules(draw: st.DrawFn, key: str) -> dict[str, Any]:
    log = draw(st.booleans())
    largest = draw(st.sampled_from([10, 1_000, 10**7, 10**11]))
    ends = draw(st.lists(decimals(0 if log else -largest, largest, 6), min_size=2, max_size=2, unique=True))
    fresh = draw(st.integers(0, 60))
    expire = draw(st.none() | st.integers(fresh + 1, fresh + 400))
    low, high = sorted(ends)
    log = log and (1 + high) / (1 + low) > Decimal("1.1")
    mid = None if log else draw(st.none() | decimals(0, 1, 2))
    inside = None if mid is None else (low + (high - low) * mid).quantize(Decimal("0.000001"))
    return {
        "key": key,
        "weight": str(draw(st.integers(1, 20) | decimals(1, 1000, 4))),
        "red": str(ends[0]),
        "green": str(ends[1]),
        "mid": str(inside) if inside is not None and low < inside < high else None,
        "log": log,
        "fresh_days": fresh if expire else None,
        "expire_days": expire,
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=8, unique=True))
    cuts = draw(st.integers(1, min(3, len(keys))))
    groups = [
        {
            "key": f"g{i}",
            "weight": str(draw(st.integers(1, 100))),
            "measures": [draw(rules(key)) for key in keys[i::cuts]],
        }
        for i in range(cuts)
    ]
    caps = draw(st.lists(st.tuples(st.sampled_from(KEYS), decimals(-10, 10, 2), st.integers(0, 99)), max_size=2))
    return {
        "groups": groups,
        "caps": [
            {"key": f"c{i}", "measure": key, draw(st.sampled_from(["above", "below"])): str(at), "limit": limit}
            for i, (key, at, limit) in enumerate(caps)
        ],
    }


def facts() -> st.SearchStrategy[dict[str, tuple[Decimal, int]]]:
    values = decimals(-(10**3), 10**3, 6) | decimals(-(10**11), 10**11, 2)
    return st.dictionaries(st.sampled_from(KEYS), st.tuples(values, st.integers(0, 500)), max_size=8)
