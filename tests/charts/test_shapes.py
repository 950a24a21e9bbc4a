"""Whatever the figures, every coordinate stays inside the picture and nothing raises."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounts.charts import (
    Band,
    BarChart,
    BarSeries,
    Contribution,
    Contributions,
    HeatMap,
    HeatRow,
    Histogram,
    LineChart,
    MapPoint,
    Part,
    Reference,
    Ring,
    Series,
    Sparkline,
    StackedBar,
    Step,
    SuccessMap,
    Waterfall,
)

numbers = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.decimals(-(10**9), 10**9, places=4, allow_nan=False),
)
gappy = st.lists(st.none() | numbers, min_size=1, max_size=40)
positive = st.none() | st.decimals("0.01", 10**9, places=2)


def coordinates(*shapes: str) -> list[float]:
    return [float(found) for shape in shapes for found in re.findall(r"-?\d+(?:\.\d+)?", shape)]


def assert_inside(*shapes: str, width: float = 1000, height: float = 1000) -> None:
    found = coordinates(*shapes)
    assert all(-0.1 <= value <= max(width, height) + 0.1 for value in found), found


@given(gappy)
def test_sparkline(values: list[Decimal | None]) -> None:
    spark = Sparkline(values)
    if not spark.is_empty:
        assert_inside(spark.line, spark.area, *spark.last_point, width=96, height=28)


@given(gappy, gappy, gappy)
def test_line_with_band(values: list[Decimal | None], low: list[Decimal | None], high: list[Decimal | None]) -> None:
    labels = [str(index) for index in range(len(values))]
    chart = LineChart("t", labels, [Series("s", values, area=True)], Band("b", low, high), [Reference("r", 5)])
    shapes = [part for line in chart.lines for part in (line.stroke, line.fill, line.end)]
    assert_inside(*shapes, chart.band_path, *(tick.position for tick in chart.axis.ticks))
    assert len(chart.columns) == len(values)
    assert_inside(*(c.x for c in chart.columns), *(c.width for c in chart.columns))


@given(gappy, gappy)
def test_bars(first: list[Decimal | None], second: list[Decimal | None]) -> None:
    labels = [str(index) for index in range(max(len(first), len(second)))]
    for stacked in (False, True):
        chart = BarChart("t", labels, [BarSeries("a", first), BarSeries("b", second)], stacked)
        for bar in chart.bars:
            assert float(bar.height) >= 0
            assert_inside(bar.x, bar.y)
            assert float(bar.x) + float(bar.width) <= 1000.1
            assert float(bar.y) + float(bar.height) <= 1000.2
        assert len(chart.rows) == len(labels)


@given(gappy)
def test_histogram(values: list[Decimal | None]) -> None:
    labels = [str(index) for index in range(len(values))]
    for bar in Histogram("t", labels, [BarSeries("n", values)]).bars:
        assert_inside(bar.x, bar.y, bar.width, bar.height)


@given(gappy)
def test_waterfall(values: list[Decimal | None]) -> None:
    steps = [Step(str(index), value, is_total=index == 0) for index, value in enumerate(values)]
    for drawn in Waterfall("t", steps).drawn:
        assert_inside(drawn.x, drawn.y, drawn.width, drawn.height, drawn.joint, drawn.joint_to)


@given(st.lists(numbers, min_size=1, max_size=12))
def test_stack_fills_its_width_and_no_more(values: list[Decimal]) -> None:
    stack = StackedBar("t", [Part(str(index), value) for index, value in enumerate(values)])
    ends = [float(part.x) + float(part.width) for part in stack.drawn]
    assert max(ends) <= 1000.1
    assert stack.is_empty == all(value <= 0 for value in values)


@given(gappy)
def test_contributions(values: list[Decimal | None]) -> None:
    rows = [Contribution(str(index), value) for index, value in enumerate(values)]
    for drawn in Contributions("t", rows).drawn:
        assert_inside(drawn.x, drawn.width)
        assert float(drawn.x) + float(drawn.width) <= 1000.1


@given(st.lists(gappy, min_size=1, max_size=6))
def test_heat(rows: list[list[Decimal | None]]) -> None:
    columns = [str(index) for index in range(max(map(len, rows)))]
    chart = HeatMap("t", columns, [HeatRow(str(n), n, values) for n, values in enumerate(rows)])
    for row in chart.drawn:
        assert len(row.cells) == len(columns)
        assert all(re.fullmatch(r"(pn-h[0-9])?", cell.css) for cell in row.cells)


@given(st.lists(st.tuples(st.none() | st.integers(0, 100), positive), max_size=30))
def test_success_map(places: list[tuple[int | None, Decimal | None]]) -> None:
    chart = SuccessMap("t", [MapPoint("c", x, y, "good") for x, y in places])
    assert_inside(*(drawn.at for drawn in chart.drawn), *(tick.position for tick in chart.axis.ticks))
    assert len(chart.drawn) + chart.left_out == len(places)


@given(st.none() | numbers)
def test_ring(value: Decimal | None) -> None:
    assert 0 <= Ring(value).share <= 1
