from collections.abc import Sequence
from dataclasses import dataclass

from accounts.charts.scale import Formatter, Number, Values, present
from accounts.formats import format_number

SHADES = 10


@dataclass(frozen=True)
class HeatRow:
    label: str
    size: Number | None
    values: Values
    href: str = ""


@dataclass(frozen=True)
class HeatCell:
    text: str
    css: str
    tip: str


@dataclass(frozen=True)
class DrawnHeatRow:
    label: str
    size: str
    href: str
    cells: list[HeatCell]


@dataclass(frozen=True)
class HeatMap:
    """A grid shaded by value; a cohort triangle when later cells are None."""

    title: str
    columns: Sequence[str]
    rows: Sequence[HeatRow]
    row_heading: str = ""
    size_heading: str = ""
    format_value: Formatter = format_number
    low: Number | None = None
    high: Number | None = None

    @property
    def is_empty(self) -> bool:
        return not any(present(row.values) for row in self.rows)

    @property
    def bounds(self) -> tuple[float, float]:
        found = present(value for row in self.rows for value in row.values) or [0.0]
        low = min(found) if self.low is None else float(self.low)
        high = max(found) if self.high is None else float(self.high)
        return low, high

    def shade(self, value: Number) -> int:
        low, high = self.bounds
        share = (float(value) - low) / (high - low) if high > low else 1.0
        return max(0, min(SHADES - 1, int(share * SHADES)))

    @property
    def drawn(self) -> list[DrawnHeatRow]:
        return [self.draw(row) for row in self.rows]

    def draw(self, row: HeatRow) -> DrawnHeatRow:
        size = "" if row.size is None else format_number(row.size)
        values = [*row.values, *[None] * (len(self.columns) - len(row.values))]
        cells = [self.cell(row, index, value) for index, value in enumerate(values)]
        return DrawnHeatRow(row.label, size, row.href, cells)

    def cell(self, row: HeatRow, index: int, value: Number | None) -> HeatCell:
        if value is None:
            return HeatCell("", "", "")
        text = self.format_value(value)
        tip = f"{row.label}, {self.columns[index]}: {text}"
        return HeatCell(text, f"pn-h{self.shade(value)}", tip)
