from collections.abc import Sequence
from typing import TypeAlias

from accounts.charts.scale import px

Point: TypeAlias = tuple[float, float]
Points: TypeAlias = Sequence[Point | None]


def runs(points: Points) -> list[list[Point]]:
    """Unbroken stretches between the gaps."""
    stretches: list[list[Point]] = [[]]
    for at in points:
        if at is None:
            stretches.append([])
        else:
            stretches[-1].append(at)
    return [stretch for stretch in stretches if stretch]


def path(points: Points) -> str:
    """An SVG path that lifts the pen at every gap; a lone point becomes a dot."""
    return "".join(f"M{spot(run[0])}" + "".join(f"L{spot(at)}" for at in run[1:] or run) for run in runs(points))


def fill(points: Points, floor: float) -> str:
    """The area between the line and the floor, stretch by stretch."""
    return "".join(f"{path(run)}L{px(run[-1][0])} {px(floor)}L{px(run[0][0])} {px(floor)}Z" for run in runs(points))


def veil(lower: Points, upper: Points) -> str:
    """The area between two lines where both are known."""
    pairs = [(a, b) if a and b else None for a, b in zip(lower, upper, strict=False)]
    shape, stretch = "", list[tuple[Point, Point]]()
    for pair in [*pairs, None]:
        if pair is not None:
            stretch.append(pair)
        elif stretch:
            back = [low for low, _ in reversed(stretch)]
            shape += path([high for _, high in stretch] + back) + "Z"
            stretch = []
    return shape


def spot(at: Point) -> str:
    return f"{px(at[0])} {px(at[1])}"
