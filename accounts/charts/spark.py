from dataclasses import dataclass
from functools import cached_property

from accounts.charts.scale import Scale, Values, present, px
from accounts.charts.strokes import Point, fill, path


@dataclass(frozen=True)
class Sparkline:
    values: Values
    width: int = 96
    height: int = 28

    @property
    def is_empty(self) -> bool:
        return not present(self.values)

    @cached_property
    def points(self) -> list[Point | None]:
        found = present(self.values)
        scale = Scale(min(found), max(found), self.height - 4, 4)
        last = max(1, len(self.values) - 1)
        return [
            None if value is None else (2 + index * (self.width - 6) / last, scale(value))
            for index, value in enumerate(self.values)
        ]

    @property
    def line(self) -> str:
        return path(self.points)

    @property
    def area(self) -> str:
        return fill(self.points, self.height)

    @property
    def last_point(self) -> tuple[str, str]:
        x, y = [at for at in self.points if at is not None][-1]
        return px(x), px(y)
