from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.charts.scale import (
    Axis,
    Formatter,
    Number,
    Values,
    axis,
    present,
    px,
    stops,
)
from accounts.charts.strokes import Point, fill, path, runs, spot, veil
from accounts.formats import format_number


@dataclass(frozen=True)
class Series:
    """One line. `values` run beside the chart's labels; None leaves a gap."""

    name: str
    values: Values
    area: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Band:
    """The usual range, drawn as a veil behind the lines."""

    name: str
    lower: Values
    upper: Values


@dataclass(frozen=True)
class Reference:
    """A value to compare with, drawn as a dotted level."""

    name: str
    value: Number


@dataclass(frozen=True)
class Line:
    name: str
    dashed: bool
    stroke: str
    fill: str
    end: str


@dataclass(frozen=True)
class LineColumn:
    """A strip to point at: one label with everything it says."""

    label: str
    x: str
    width: str
    at: str
    dots: list[str]
    tip: str
    cells: list[str]
    is_labelled: bool
    is_minor: bool


@dataclass(frozen=True)
class LineChart:
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    band: Band | None = None
    references: Sequence[Reference] = ()
    format_value: Formatter = format_number
    include: Sequence[Number] = ()
    """Values that the axis has to reach, such as 0 or 100."""

    @property
    def is_empty(self) -> bool:
        return not self.labels or not any(present(line.values) for line in self.series)

    @cached_property
    def axis(self) -> Axis:
        values: list[Number | None] = [v for line in self.series for v in line.values]
        if self.band:
            values += [*self.band.lower, *self.band.upper]
        values += [reference.value for reference in self.references]
        return axis([*values, *self.include], formatter=self.format_value)

    @cached_property
    def positions(self) -> tuple[float, ...]:
        return stops(len(self.labels))

    def place(self, values: Values) -> list[Point | None]:
        return [
            None if value is None else (x, self.axis.scale(value))
            for x, value in zip(self.positions, values, strict=False)
        ]

    @cached_property
    def lines(self) -> list[Line]:
        return [self.draw(series) for series in self.series]

    def draw(self, series: Series) -> Line:
        points = self.place(series.values)
        stretches = runs(points)
        end = spot(stretches[-1][-1]) if stretches else ""
        shade = fill(points, self.axis.scale.start) if series.area else ""
        return Line(series.name, series.dashed, path(points), shade, end)

    @property
    def band_path(self) -> str:
        if self.band is None:
            return ""
        return veil(self.place(self.band.lower), self.place(self.band.upper))

    @property
    def levels(self) -> list[tuple[str, str, str]]:
        return [(ref.name, px(self.axis.scale(ref.value)), self.format_value(ref.value)) for ref in self.references]

    @property
    def headings(self) -> list[str]:
        names = [line.name for line in self.series]
        return [*names, f"{self.band.name} ↓", f"{self.band.name} ↑"] if self.band else names

    @cached_property
    def columns(self) -> list[LineColumn]:
        edges = [(a + b) / 2 for a, b in zip(self.positions, self.positions[1:], strict=False)]
        bounds = [0.0, *edges, 1000.0]
        return [self.column(index, *bounds[index : index + 2]) for index in range(len(self.labels))]

    def column(self, index: int, left: float, right: float) -> LineColumn:
        cells = self.cells(index)
        # About a dozen labels on a wide screen, half of them on a phone, counted from the newest.
        back, every = len(self.labels) - 1 - index, -(-len(self.labels) // 12)
        return LineColumn(
            label=self.labels[index],
            x=px(left),
            width=px(right - left),
            at=px(self.positions[index]),
            dots=self.dots(index),
            tip=f"{self.labels[index]}: {self.spoken(cells)}",
            cells=cells,
            is_labelled=back % every == 0,
            is_minor=len(self.labels) > 6 and back % (2 * every) != 0,
        )

    def dots(self, index: int) -> list[str]:
        places = [self.place(line.values) for line in self.series]
        found = [place[index] if index < len(place) else None for place in places]
        return [spot(at) if at else "" for at in found]

    def cells(self, index: int) -> list[str]:
        rows: list[Values] = [line.values for line in self.series]
        if self.band:
            rows += [self.band.lower, self.band.upper]
        found = [values[index] if index < len(values) else None for values in rows]
        return ["—" if value is None else self.format_value(value) for value in found]

    def spoken(self, cells: list[str]) -> str:
        said = [f"{line.name} {cell}" for line, cell in zip(self.series, cells, strict=False)]
        if self.band:
            said.append(f"{self.band.name} {cells[-2]}–{cells[-1]}")
        return ", ".join(said)

    @property
    def summary(self) -> str:
        """What a listener hears instead of the picture: each line's first and last value."""
        return "; ".join(
            f"{line.name}: {self.format_value(ends[0])} → {self.format_value(ends[-1])}"
            for line in self.series
            if (ends := [value for value in line.values if value is not None])
        )
