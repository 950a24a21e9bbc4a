"""Figures in the page: money, shares, days, changes. A figure that nobody has is a dash with its reason."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts import formats
from accounts.formats import Number
from accounts.ui.reasons import reason_text

DASH = (
    '<span class="pn-none" title="{0}"><span aria-hidden="true">—</span><span class="visually-hidden">{0}</span></span>'
)


def missing(reason: str | None = None) -> SafeString:
    return format_html(DASH, reason_text(reason))


def figure(text: str) -> SafeString:
    return format_html('<span class="pn-num">{}</span>', text)


def money(amount: Number | None, currency: str, style: str = "", *, reason: str | None = None) -> SafeString:
    """`{% money amount currency %}`, to the cent; `"compact"` for headings and lists."""
    if amount is None:
        return missing(reason)
    return figure(formats.format_money(amount, currency, compact=style == "compact"))


def percent(rate: Number | None, places: int = 1, *, reason: str | None = None) -> SafeString:
    """`{% percent rate %}` of a share: 0.0123 is 1.2 %."""
    return missing(reason) if rate is None else figure(formats.format_percent(rate, places))


def number(value: Number | None, places: int = 0, *, reason: str | None = None) -> SafeString:
    return missing(reason) if value is None else figure(formats.format_number(value, places))


def days(value: Number | None, *, reason: str | None = None) -> SafeString:
    return missing(reason) if value is None else figure(formats.format_days(value))


def relative_day(day: date | None, tone: str = "") -> SafeString:
    """`{% relative_day renewal_on %}`: in 51 d, with the date behind it."""
    if day is None:
        return missing()
    return format_html(
        '<time class="pn-num {}" datetime="{}" title="{}">{}</time>',
        f"pn-ink {tone}" if tone else "",
        day.isoformat(),
        date_format(day, "DATE_FORMAT"),
        formats.format_relative_day(day),
    )


def relative_time(moment: datetime | None) -> SafeString:
    if moment is None:
        return missing()
    return format_html(
        '<time class="pn-num" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        date_format(timezone.localtime(moment), "DATETIME_FORMAT"),
        formats.format_relative_time(moment),
    )


FORMATTERS: dict[str, Callable[[Number], str]] = {
    "number": formats.format_number,
    "decimal": formats.format_decimal,
    "percent": formats.format_percent,
    "days": formats.format_days,
}


def delta(value: Number | None, kind: str = "number", *, good: str = "up", currency: str = "") -> SafeString:
    """A change with its sign and tone; `good="down"` where falling is the good news.

    `kind` is number, decimal, percent, points (percentage points of a share), days or money.
    """
    if value is None:
        return missing()
    text = delta_text(value, kind, currency)
    sign = (value > 0) - (value < 0)
    tone = {0: "muted", 1: "good", -1: "bad"}[sign if good == "up" else -sign]
    return format_html('<span class="pn-num pn-ink {}">{}</span>', tone, text)


def delta_text(value: Number, kind: str, currency: str) -> str:
    if kind == "money":
        return formats.format_signed(value, lambda v: formats.format_money(v, currency, compact=True))
    if kind == "points":
        points = formats.format_signed(Decimal(str(value)) * 100, formats.format_decimal)
        return gettext("%(points)s pp") % {"points": points}
    return formats.format_signed(value, FORMATTERS[kind])
