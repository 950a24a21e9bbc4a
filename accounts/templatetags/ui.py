"""`{% load ui %}`: every tag of the product's pages. /styleguide/ shows each of them."""

from collections.abc import Callable
from typing import Any

from django import template

from accounts.ui import definitions, figures, icons, marks, reasons, rules, tables

register = template.Library()

register.simple_tag(icons.icon)
register.simple_tag(figures.money)
register.simple_tag(figures.percent)
register.simple_tag(figures.number)
register.simple_tag(figures.days)
register.simple_tag(figures.delta)
register.simple_tag(figures.relative_day)
register.simple_tag(figures.relative_time)
register.simple_tag(figures.missing)
register.simple_tag(marks.score)
register.simple_tag(marks.badge)
register.simple_tag(marks.avatar)
register.simple_tag(marks.progress)
register.simple_tag(marks.spark)
register.simple_tag(marks.ring)
register.simple_tag(definitions.definition)
register.simple_tag(tables.sort_header, takes_context=True)
register.filter("tone", marks.tone_of)
register.filter("stage_tone", marks.stage_tone)
register.filter("words", reasons.code_words)
register.filter("rule_text", rules.rule_text)

CHARTS = {
    "linechart": "line",
    "bars": "bars",
    "histogram": "bars",
    "stack": "stack",
    "waterfall": "waterfall",
    "contributions": "contributions",
    "heat": "heat",
    "successmap": "successmap",
}


def drawing(chart: Any, size: str = "md") -> dict[str, Any]:
    return {"chart": chart, "size": size}


def register_charts(tag: Callable[..., dict[str, Any]]) -> None:
    for name, template_name in CHARTS.items():
        register.inclusion_tag(f"components/charts/{template_name}.html", name=name)(tag)


register_charts(drawing)
