from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.charts.scale import BOX, Axis, Formatter, Number, axis, present, px
from accounts.formats import format_number, format_signed


@dataclass(frozen=True)
class Step:
    """A level (`is_total`) or a change from the level before it; None is a figure nobody has."""

    label: str
    value: Number | None
    is_total: bool = False
    href: str = ""
    detail: str = ""


@dataclass(frozen=True)
class DrawnStep:
    step: Step
    x: str
    y: str
    width: str
    height: str
    css: str
    value: str
    joint: str
    joint_from: str
    joint_to: str

    @property
    def tip(self) -> str:
        return f"{self.step.label}: {self.value}"


@dataclass(frozen=True)
class Waterfall:
    """From the opening level through every movement to the closing level."""

    title: str
    steps: Sequence[Step]
    format_value: Formatter = format_number

    @property
    def is_empty(self) -> bool:
        return not any(present([step.value]) and step.value for step in self.steps)

    @property
    def has_links(self) -> bool:
        return any(step.href for step in self.steps)

    @cached_property
    def levels(self) -> list[tuple[float, float]]:
        """Where each bar begins and ends."""
        running, levels = 0.0, []
        for step in self.steps:
            value = float(step.value or 0)
            start = 0.0 if step.is_total else running
            running = start + value
            levels.append((start, running))
        return levels

    @cached_property
    def axis(self) -> Axis:
        """Begins near the lowest level when the movements would vanish beside the totals."""
        ends = [end for _, end in self.levels] or [0.0]
        low, high = min(ends), max(ends)
        if low > 0 and high - low < 0.5 * high:
            reach = (high - low) or high * 0.1
            return axis([low - reach * 0.5, high], formatter=self.format_value)
        return axis([low, high], zero=True, formatter=self.format_value)

    @cached_property
    def drawn(self) -> list[DrawnStep]:
        return [self.draw(index) for index in range(len(self.steps))]

    def draw(self, index: int) -> DrawnStep:
        step, (start, end) = self.steps[index], self.levels[index]
        slot = BOX / len(self.steps)
        top, bottom = sorted((self.axis.scale(start), self.axis.scale(end)))
        return DrawnStep(
            step=step,
            x=px(slot * (index + 0.15)),
            y=px(top),
            width=px(slot * 0.7),
            height=px(max(bottom - top, 0 if end == start else 2)),
            css="pn-s1" if step.is_total else ("good" if end >= start else "bad"),
            value=self.written(step),
            joint=px(self.axis.scale(end)),
            joint_from=px(slot * (index + 0.85)),
            joint_to=px(min(BOX, slot * (index + 1.15))),
        )

    def written(self, step: Step) -> str:
        if step.value is None:
            return "—"
        return self.format_value(step.value) if step.is_total else self.signed(step.value)

    def signed(self, value: Number) -> str:
        return format_signed(value, self.format_value)

    @property
    def summary(self) -> str:
        return ", ".join(drawn.tip for drawn in self.drawn)
