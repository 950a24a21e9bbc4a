import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from accounts.formats import format_number

Number: TypeAlias = int | float | Decimal
Values: TypeAlias = Sequence[Number | None]
Formatter: TypeAlias = Callable[[Number], str]

BOX = 1000.0


def px(value: float) -> str:
    """A coordinate as SVG wants it, whatever the reader's decimal mark."""
    text = f"{value:.1f}"
    return "0" if text in ("-0.0", "0.0") else text.removesuffix(".0")


def present(values: Iterable[Number | None]) -> list[float]:
    return [float(value) for value in values if value is not None and math.isfinite(value)]


@dataclass(frozen=True, slots=True)
class Scale:
    """Straight mapping of [low, high] to [start, end]; outsiders are clamped to the ends."""

    low: float
    high: float
    start: float = BOX
    end: float = 0.0

    def __call__(self, value: Number) -> float:
        span = self.high - self.low
        share = (float(value) - self.low) / span if span else 0.5
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    position: str
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    scale: Scale
    ticks: tuple[Tick, ...]

    @property
    def zero(self) -> str:
        """Where bars start: the zero line, or the edge nearest to it."""
        return px(self.scale(0))


def axis(
    values: Iterable[Number | None],
    *,
    intervals: int = 4,
    zero: bool = False,
    formatter: Formatter = format_number,
) -> Axis:
    """An axis that covers all values with evenly spaced round ticks, top first."""
    found = present(values) + ([0.0] if zero else [])
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = flat_range(low, zero)
    step = nice_step(high - low, intervals)
    first = math.floor(low / step + 1e-6)
    last = math.ceil(high / step - 1e-6)
    scale = Scale(first * step, last * step)
    marks = [n * step for n in range(last, first - 1, -1)]
    return Axis(scale, tuple(Tick(v, px(scale(v)), formatter(exact(v))) for v in marks))


def nice_step(span: float, intervals: int) -> float:
    raw = span / intervals
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * 0.999)


def flat_range(value: float, zero: bool) -> tuple[float, float]:
    if zero or not value:
        return (min(0.0, value), max(0.0, value)) if value else (0.0, 1.0)
    return value - abs(value) * 0.1, value + abs(value) * 0.1


def exact(value: float) -> Decimal:
    """The tick as written, without binary residue such as 0.30000000000000004."""
    return Decimal(f"{value:.10g}")


def slots(count: int) -> tuple[float, ...]:
    """Centres of `count` equal columns."""
    return tuple(BOX * (index + 0.5) / count for index in range(count))


def stops(count: int) -> tuple[float, ...]:
    """Positions of `count` points from edge to edge; a single point stands in the middle."""
    if count == 1:
        return (BOX / 2,)
    return tuple(BOX * index / (count - 1) for index in range(count))
