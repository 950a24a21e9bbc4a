from collections.abc import Sequence
from dataclasses import dataclass

from accounts.charts.scale import Formatter, Number, px
from accounts.formats import format_number, format_percent


@dataclass(frozen=True)
class Part:
    label: str
    value: Number
    tone: str = ""
    href: str = ""
    detail: str = ""


@dataclass(frozen=True)
class DrawnPart:
    part: Part
    x: str
    width: str
    value: str
    share: str
    css: str

    @property
    def tip(self) -> str:
        return f"{self.part.label}: {self.value} ({self.share})"


@dataclass(frozen=True)
class StackedBar:
    """One bar cut into the parts of a whole. Parts below zero have no width."""

    title: str
    parts: Sequence[Part]
    format_value: Formatter = format_number
    legend: bool = True

    @property
    def total(self) -> float:
        return sum(max(0.0, float(part.value)) for part in self.parts)

    @property
    def is_empty(self) -> bool:
        return self.total <= 0

    @property
    def drawn(self) -> list[DrawnPart]:
        left, parts = 0.0, []
        for number, part in enumerate(self.parts, start=1):
            share = max(0.0, float(part.value)) / self.total if self.total else 0.0
            parts.append(
                DrawnPart(
                    part=part,
                    x=px(left * 1000),
                    width=px(max(0.0, share * 1000 - 4 if share < 1 else 1000)),
                    value=self.format_value(part.value),
                    share=format_percent(share),
                    css=part.tone or f"pn-s{number}",
                )
            )
            left += share
        return parts

    @property
    def summary(self) -> str:
        return ", ".join(drawn.tip for drawn in self.drawn)
