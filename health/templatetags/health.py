"""`{% load health %}`: scores and their reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.formats import format_number
from health.arithmetic import UNIT
from health.comparison import Difference
from health.models import Measure
from health.wording import BANDS, FIELDS, cap_label, group_label, measure_label, reason_text

register = template.Library()


@register.filter
def band_label(band: str) -> str:
    return str(BANDS.get(band, band))


@register.filter
def points(millionths: int | None) -> str:
    """A score in millionths as people read it."""
    return "—" if millionths is None else format_number(Decimal(millionths) / UNIT, 1)


register.filter("health_reason", reason_text)


@register.filter
def value_of(values: Mapping[str, Any], name: str) -> Any:
    """A field of a row of the editor; what is not there is empty."""
    value = values.get(name)
    return "" if value is None else value


@register.simple_tag
def where_changed(difference: Difference, own: dict[str, Measure]) -> str:
    """Which part of a scorecard a difference is about."""
    label = {
        "bands": str(_("Bands")),
        "group": group_label(difference.key),
        "measure": measure_label(difference.key, own),
        "cap": cap_label(difference.key, own),
    }[difference.kind]
    field = f"{difference.field}_from" if difference.kind == "bands" else difference.field
    return f"{label}: {FIELDS.get(field, field)}"


@register.filter
def setting(value: Any) -> str:
    """A field's value as text."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)


@register.filter
def is_among(key: str, known: Iterable[tuple[str, Any]]) -> bool:
    """Whether a list of (value, label) has the key."""
    return any(value == key for value, _label in known)
