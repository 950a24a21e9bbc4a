"""Layout of charts as plain data; the tags of `ui` draw them as SVG.

Every chart draws on a plot that the page may stretch, so coordinates are in
a 1000 x 1000 box (or the pixels a chart names) and words stay outside of it.
"""

from accounts.charts.bars import BarChart, BarSeries, Histogram
from accounts.charts.contributions import Contribution, Contributions
from accounts.charts.heat import HeatMap, HeatRow
from accounts.charts.line import Band, LineChart, Reference, Series
from accounts.charts.ring import Ring
from accounts.charts.spark import Sparkline
from accounts.charts.stack import Part, StackedBar
from accounts.charts.successmap import MapPoint, SuccessMap
from accounts.charts.waterfall import Step, Waterfall

__all__ = [
    "Band",
    "BarChart",
    "BarSeries",
    "Contribution",
    "Contributions",
    "HeatMap",
    "HeatRow",
    "Histogram",
    "LineChart",
    "MapPoint",
    "Part",
    "Reference",
    "Ring",
    "Series",
    "Sparkline",
    "StackedBar",
    "Step",
    "SuccessMap",
    "Waterfall",
]
