import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.charts.scale import Axis, Formatter, Number, Scale, Tick, exact, px
from accounts.formats import format_number


@dataclass(frozen=True)
class MapPoint:
    """A customer: `x` its health 0 to 100, `y` its worth; no health or no worth, no place."""

    label: str
    x: Number | None
    y: Number | None
    tone: str
    href: str = ""
    detail: str = ""


@dataclass(frozen=True)
class DrawnPoint:
    point: MapPoint
    at: str
    css: str
    x_text: str
    y_text: str

    @property
    def tip(self) -> str:
        said = f"{self.point.label}: {self.x_text}, {self.y_text}"
        return f"{said}, {self.point.detail}" if self.point.detail else said


@dataclass(frozen=True)
class SuccessMap:
    """The portfolio at a glance: health to the right, worth upwards (logarithmic)."""

    title: str
    points: Sequence[MapPoint]
    x_title: str = ""
    y_title: str = ""
    borders: Sequence[Number] = (50, 75)
    format_x: Formatter = format_number
    format_y: Formatter = format_number

    @cached_property
    def placed(self) -> list[tuple[MapPoint, float, float]]:
        return [
            (point, float(point.x), float(point.y))
            for point in self.points
            if point.x is not None and point.y is not None and point.y > 0
        ]

    @property
    def is_empty(self) -> bool:
        return not self.placed

    @property
    def left_out(self) -> int:
        return len(self.points) - len(self.placed)

    @cached_property
    def axis(self) -> Axis:
        worth = [y for _, _, y in self.placed] or [1.0]
        low, high = (
            math.floor(math.log10(min(worth))),
            math.ceil(math.log10(max(worth))),
        )
        high = max(high, low + 1)
        scale = Scale(low, high)
        ticks = [Tick(10.0**n, px(scale(n)), self.format_y(exact(10.0**n))) for n in range(high, low - 1, -1)]
        return Axis(scale, tuple(ticks))

    @property
    def drawn(self) -> list[DrawnPoint]:
        across = Scale(0, 100, 0, 1000)
        return [
            DrawnPoint(
                point,
                f"{px(across(x))} {px(self.axis.scale(math.log10(y)))}",
                point.tone or "muted",
                self.format_x(exact(x)),
                self.format_y(exact(y)),
            )
            for point, x, y in self.placed
        ]

    @property
    def x_ticks(self) -> list[str]:
        return [format_number(value) for value in (0, 25, 50, 75, 100)]

    @property
    def border_lines(self) -> list[str]:
        return [px(float(border) * 10) for border in self.borders]
