"""Measures, groups and reasons in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import format_days, format_number
from health.arithmetic import UNIT
from health.models import Measure
from health.sources.registry import DAYS
from health.sources.registry import measures as built_in

GROUPS = {
    "onboarding": gettext_lazy("Onboarding"),
    "relationship": gettext_lazy("Relationship"),
    "usage": gettext_lazy("Usage"),
    "outcomes": gettext_lazy("Outcomes"),
    "support": gettext_lazy("Support"),
    "commercial": gettext_lazy("Commercial"),
}
CAPS = {
    "past_due": gettext_lazy("Payment long overdue"),
    "cancellation": gettext_lazy("Cancellation scheduled"),
    "severity_1": gettext_lazy("Severity 1 ticket open too long"),
    "champion_left": gettext_lazy("Champion left"),
}
BANDS = {
    "green": gettext_lazy("Healthy"),
    "yellow": gettext_lazy("Watch"),
    "red": gettext_lazy("At risk"),
    "unknown": gettext_lazy("Unknown"),
}
FIELDS = {
    "weight": gettext_lazy("weight"),
    "red": gettext_lazy("red at"),
    "green": gettext_lazy("green at"),
    "mid": gettext_lazy("50 points at"),
    "log": gettext_lazy("logarithmic"),
    "fresh_days": gettext_lazy("fresh for (days)"),
    "expire_days": gettext_lazy("expires after (days)"),
    "group": gettext_lazy("group"),
    "limit": gettext_lazy("at most"),
    "measure": gettext_lazy("measure"),
    "above": gettext_lazy("above"),
    "below": gettext_lazy("below"),
    "yellow_from": gettext_lazy("yellow from"),
    "green_from": gettext_lazy("green from"),
}
FLAGS = ("cancellation_scheduled", "champion_left")


def own_measures() -> dict[str, Measure]:
    """The tenant's own measures by key, for their names and units."""
    return {measure.key: measure for measure in Measure.objects.all()}


def measure_label(key: str, own: Mapping[str, Measure] | None = None) -> str:
    named = (own or {}).get(key)
    if named is not None and named.name:
        return str(named.name)
    return str(built_in[key].label) if key in built_in else key.replace("_", " ").capitalize()


def group_label(key: str) -> str:
    return str(GROUPS.get(key) or key.replace("_", " ").capitalize())


def cap_label(key: str, own: Mapping[str, Measure] | None = None) -> str:
    return str(CAPS.get(key) or measure_label(key, own))


def value_text(key: str, millionths: int, own: Mapping[str, Measure] | None = None) -> str:
    """A measured value with its unit."""
    if key in FLAGS:
        return _("yes") if millionths else _("no")
    value = Decimal(millionths) / UNIT
    if key in built_in and built_in[key].unit == DAYS and value == value.to_integral_value():
        return format_days(value)
    text = format_number(value, 0 if value == value.to_integral_value() else 1)
    named = (own or {}).get(key)
    unit = (named.unit if named else "") or (str(built_in[key].unit) if key in built_in else "")
    return f"{text} {unit}".strip()


def reason_text(code: str) -> str:
    """What `CustomerStanding.health_reason` says: `<measure>:<points>`, `cap:<key>`, `override` or `coverage`."""
    what, _colon, points = code.rpartition(":") if ":" in code else (code, "", "")
    if code == "override":
        return _("Judged by hand")
    if code == "coverage":
        return _("Too little is known")
    if what == "cap":
        return cap_label(points)
    if what and points.lstrip("-").isdigit():
        return f"{measure_label(what)} {format_number(int(points))}"
    return code
