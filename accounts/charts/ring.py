import math
from dataclasses import dataclass

from accounts.charts.scale import Number, px


@dataclass(frozen=True, slots=True)
class Ring:
    """A share of a whole, 0 to 100; None draws the empty track."""

    value: Number | None
    size: int = 168
    thickness: int = 12

    @property
    def share(self) -> float:
        return 0.0 if self.value is None else min(1.0, max(0.0, float(self.value) / 100))

    @property
    def radius(self) -> str:
        return px((self.size - self.thickness) / 2)

    @property
    def centre(self) -> str:
        return px(self.size / 2)

    @property
    def dash(self) -> str:
        around = math.pi * (self.size - self.thickness)
        return f"{px(around * self.share)} {px(around)}"
