from collections.abc import Sequence
from dataclasses import dataclass

from accounts.charts.scale import Formatter, Number, present, px
from accounts.formats import format_decimal, format_signed


@dataclass(frozen=True)
class Contribution:
    """What one thing adds to or takes from a whole; None is not known and takes no part."""

    label: str
    value: Number | None
    detail: str = ""
    href: str = ""


@dataclass(frozen=True)
class DrawnContribution:
    contribution: Contribution
    x: str
    width: str
    css: str
    value: str


@dataclass(frozen=True)
class Contributions:
    title: str
    rows: Sequence[Contribution]
    label_heading: str = ""
    value_heading: str = ""
    format_value: Formatter = format_decimal

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def reach(self) -> float:
        """The longest bar fills its half; all zeros leave the halves empty."""
        return max(
            (abs(value) for value in present(row.value for row in self.rows)),
            default=0.0,
        )

    @property
    def drawn(self) -> list[DrawnContribution]:
        return [self.draw(row) for row in self.rows]

    def draw(self, row: Contribution) -> DrawnContribution:
        value = float(row.value or 0)
        length = 500 * abs(value) / self.reach if self.reach else 0.0
        return DrawnContribution(
            contribution=row,
            x=px(500 - length if value < 0 else 500),
            width=px(length),
            css="bad" if value < 0 else "good",
            value="—" if row.value is None else format_signed(row.value, self.format_value),
        )
