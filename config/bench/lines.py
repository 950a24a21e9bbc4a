"""One line of the bench's output."""

from __future__ import annotations

from typing import Any, TypedDict


class Line(TypedDict):
    name: str
    ratio: float
    goal: str
    met: bool
    detail: str


def at_least(name: str, ratio: float, goal: float, detail: str) -> Line:
    return {"name": name, "ratio": round(ratio, 3), "goal": f">= {goal:g}", "met": ratio >= goal, "detail": detail}


def at_most(name: str, ratio: float, goal: float, detail: str) -> Line:
    return {"name": name, "ratio": round(ratio, 3), "goal": f"<= {goal:g}", "met": ratio <= goal, "detail": detail}


def as_json(line: Line) -> dict[str, Any]:
    return dict(line)
