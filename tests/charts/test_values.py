from __future__ import annotations

from accounts.charts import BarChart, BarSeries, HeatMap, HeatRow, LineChart, Series, Sparkline, Step, Waterfall
from accounts.charts.scale import axis
from accounts.formats import format_percent


def ticks(*values: float, **options: bool) -> list[str]:
    return [tick.label for tick in axis(values, **options).ticks]


def test_ticks_are_round_and_cover_the_values() -> None:
    assert ticks(3, 97) == ["100", "75", "50", "25", "0"]
    assert ticks(-12, 33, zero=True) == ["40", "20", "0", "-20"]


def test_flat_and_empty_values_still_have_an_axis() -> None:
    assert len(ticks(5, 5)) >= 2
    assert ticks(0, 0) == ticks()
    assert ticks(0, 0, zero=True)[-1] == "0"


def test_none_leaves_a_gap_in_the_line() -> None:
    line = LineChart("t", ["a", "b", "c", "d", "e"], [Series("s", [1, 2, None, 3, 4])]).lines[0]
    assert line.stroke.count("M") == 2


def test_a_single_point_is_a_dot_in_the_middle() -> None:
    line = LineChart("t", ["a"], [Series("s", [7])]).lines[0]
    assert line.stroke == "M500 500L500 500"


def test_all_zeros_lie_on_the_floor() -> None:
    assert Sparkline([0, 0, 0]).line.startswith("M2 14")
    assert {bar.height for bar in BarChart("t", ["a", "b"], [BarSeries("s", [0, 0])]).bars} == {"0"}


def test_negative_bars_hang_from_zero() -> None:
    chart = BarChart("t", ["a", "b"], [BarSeries("s", [10, -10])])
    up, down = chart.bars
    assert chart.axis.zero == "500"
    assert (up.y, up.height, down.y, down.height) == ("0", "500", "500", "500")


def test_stacked_bars_pile_up_on_their_own_side() -> None:
    chart = BarChart("t", ["a"], [BarSeries("x", [2]), BarSeries("y", [-1]), BarSeries("z", [2])], stacked=True)
    x, y, z = chart.bars
    assert float(z.y) + float(z.height) == float(x.y)
    assert y.y == chart.axis.zero


def test_waterfall_ends_where_the_movements_lead() -> None:
    steps = [Step("open", 100, is_total=True), Step("won", 30), Step("lost", -50), Step("close", 80, is_total=True)]
    chart = Waterfall("t", steps)
    assert [end for _, end in chart.levels] == [100, 130, 80, 80]
    assert [drawn.css for drawn in chart.drawn] == ["pn-s1", "good", "bad", "pn-s1"]
    assert [drawn.value for drawn in chart.drawn] == ["100", "+30", "−50", "80"]


def test_waterfall_lets_small_movements_be_seen_beside_large_totals() -> None:
    steps = [Step("open", 500_000, is_total=True), Step("won", 12_000), Step("close", 512_000, is_total=True)]
    won = Waterfall("t", steps).drawn[1]
    assert float(won.height) > 200


def test_empty_charts_say_so() -> None:
    assert LineChart("t", [], []).is_empty
    assert LineChart("t", ["a"], [Series("s", [None])]).is_empty
    assert BarChart("t", ["a"], [BarSeries("s", [None])]).is_empty
    assert Waterfall("t", [Step("a", None)]).is_empty
    assert HeatMap("t", ["a"], [HeatRow("r", 1, [None])]).is_empty


def test_unfinished_cells_of_a_cohort_stay_blank() -> None:
    chart = HeatMap("t", ["0", "1"], [HeatRow("Q1", 9, [1]), HeatRow("Q2", 4, [1, 0.5])], format_value=format_percent)
    assert [cell.text for cell in chart.drawn[0].cells] == ["100.0%", ""]
    assert chart.drawn[1].cells[1].css == "pn-h0"
