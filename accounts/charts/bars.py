from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.charts.scale import (
    BOX,
    Axis,
    Formatter,
    Number,
    Values,
    axis,
    present,
    px,
)
from accounts.formats import format_number

GAP = 0.3
"""Share of a column that stays free between neighbours."""


@dataclass(frozen=True)
class BarSeries:
    name: str
    values: Values
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    css: str
    tip: str
    href: str = ""


@dataclass(frozen=True)
class BarRow:
    """A line of the table that says the same in words."""

    label: str
    cells: list[str]
    href: str
    is_labelled: bool = True


@dataclass(frozen=True)
class BarChart:
    """Columns per label, side by side or stacked; None leaves a place empty, negatives hang down."""

    title: str
    labels: Sequence[str]
    series: Sequence[BarSeries]
    stacked: bool = False
    format_value: Formatter = format_number
    links: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not self.labels or not any(present(series.values) for series in self.series)

    @cached_property
    def axis(self) -> Axis:
        return axis(self.reach(), zero=True, formatter=self.format_value)

    def reach(self) -> list[Number | None]:
        if not self.stacked:
            return [value for series in self.series for value in series.values]
        columns = [
            present(series.values[index] for series in self.series if index < len(series.values))
            for index in range(len(self.labels))
        ]
        return [sum(v for v in col if sign * v > 0) for col in columns for sign in (1, -1)]

    @cached_property
    def bars(self) -> list[Bar]:
        return [bar for index in range(len(self.labels)) for bar in self.column(index)]

    def column(self, index: int) -> list[Bar]:
        slot = BOX / max(1, len(self.labels))
        width = slot * (1 - GAP) / (1 if self.stacked else len(self.series))
        left, tops = slot * (index + GAP / 2), {True: 0.0, False: 0.0}
        drawn = []
        for number, series in enumerate(self.series):
            value = series.values[index] if index < len(series.values) else None
            if value is None:
                continue
            base = tops[value >= 0] if self.stacked else 0.0
            tops[value >= 0] = base + float(value)
            x = left if self.stacked else left + width * number
            drawn.append(self.bar(index, number, x, width, base, base + float(value)))
        return drawn

    def bar(self, index: int, number: int, x: float, width: float, base: float, end: float) -> Bar:
        series, value = self.series[number], self.series[number].values[index]
        y0, y1 = sorted((self.axis.scale(base), self.axis.scale(end)))
        said = "—" if value is None else self.format_value(value)
        name = f" {series.name}" if len(self.series) > 1 else ""
        return Bar(
            x=px(x),
            y=px(y0),
            width=px(width),
            height=px(y1 - y0),
            css=series.tone or f"pn-s{number + 1}",
            tip=f"{self.labels[index]}:{name} {said}",
            href=self.href(index),
        )

    def href(self, index: int) -> str:
        return self.links[index] if index < len(self.links) else ""

    @property
    def rows(self) -> list[BarRow]:
        every = -(-len(self.labels) // 12)
        last = len(self.labels) - 1
        return [
            BarRow(label, self.cells(index), self.href(index), (last - index) % every == 0)
            for index, label in enumerate(self.labels)
        ]

    def cells(self, index: int) -> list[str]:
        found = [s.values[index] if index < len(s.values) else None for s in self.series]
        return ["—" if value is None else self.format_value(value) for value in found]


@dataclass(frozen=True)
class Histogram(BarChart):
    """Bars that touch, one tone per bin: how many stand where."""

    tones: Sequence[str] = ()

    def bar(self, index: int, number: int, x: float, width: float, base: float, end: float) -> Bar:
        plain = super().bar(index, number, x, width, base, end)
        slot = BOX / len(self.labels)
        tone = self.tones[index] if index < len(self.tones) else plain.css
        return Bar(
            px(slot * index + slot * 0.04),
            plain.y,
            px(slot * 0.92),
            plain.height,
            tone,
            plain.tip,
            plain.href,
        )
