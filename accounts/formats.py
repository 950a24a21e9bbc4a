"""Figures as people read them, in the reader's language; rounded here and only here."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache
from typing import TypeAlias

from babel.core import Locale
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    get_currency_precision,
)
from babel.numbers import format_decimal as babel_decimal
from babel.numbers import format_percent as babel_percent
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

Number: TypeAlias = int | float | Decimal

HALF_AWAY = Context(prec=60, rounding=ROUND_HALF_UP)


def locale() -> Locale:
    return parse_locale(get_language() or "en")


@cache
def parse_locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def size(value: Number) -> Decimal:
    return abs(decimal(value))


def rounded(value: Number, places: int) -> Decimal:
    """Half away from zero, and never minus nothing."""
    figure = decimal(value).quantize(Decimal(1).scaleb(-places), context=HALF_AWAY)
    return abs(figure) if figure == 0 else figure


def format_number(value: Number, places: int = 0) -> str:
    pattern = "#,##0" + decimals(places)
    return babel_decimal(rounded(value, places), format=pattern, locale=locale())


def format_decimal(value: Number) -> str:
    return format_number(value, 1)


def format_percent(rate: Number, places: int = 1) -> str:
    """A share such as 0.0123 as 1.2%."""
    figure = rounded(decimal(rate) * 100, places).scaleb(-2)
    pattern = percent_pattern(locale(), places)
    return babel_percent(figure, format=pattern, locale=locale())


@cache
def percent_pattern(language: Locale, places: int) -> str:
    """The language's own spacing (5% or 5 %) with the decimals asked for."""
    plain = str(language.percent_formats[None].pattern)
    return plain.replace("#,##0", "#,##0" + decimals(places))


def decimals(places: int) -> str:
    return "." + "0" * places if places else ""


def format_money(amount: Number, currency: str, *, compact: bool = False) -> str:
    """To the cent; `compact` says 412K or 1.04M and, below ten thousand, whole units."""
    if compact and size(amount) >= 10_000:
        return format_compact_money(amount, currency)
    places = 0 if compact else get_currency_precision(currency)
    return format_currency(
        rounded(amount, places),
        currency,
        locale=locale(),
        currency_digits=False,
        format=money_pattern(locale(), places),
    )


@cache
def money_pattern(language: Locale, places: int) -> str:
    pattern = str(language.currency_formats["standard"].pattern)
    return pattern.replace(".00", decimals(places))


def format_compact_money(amount: Number, currency: str) -> str:
    """Three or so digits: 412K, 1.04M."""
    with localcontext(HALF_AWAY):
        digits = 2 if 1_000_000 <= size(amount) < 10_000_000 else 0 if size(amount) < 1_000_000 else 1
        return str(format_compact_currency(decimal(amount), currency, locale=locale(), fraction_digits=digits))


def format_compact(value: Number) -> str:
    with localcontext(HALF_AWAY):
        return str(format_compact_decimal(decimal(value), locale=locale(), fraction_digits=1))


def format_signed(value: Number, formatter: Callable[[Number], str]) -> str:
    """With a plus where it grows and a true minus where it falls."""
    text = formatter(size(value))
    if decimal(value) == 0 or text == formatter(0):
        return text
    return ("+" if value > 0 else "\N{MINUS SIGN}") + text


def format_days(days: Number) -> str:
    whole = int(rounded(days, 0))
    return ngettext("%(count)s day", "%(count)s days", whole) % {"count": format_number(whole)}


def format_relative_day(day: date, today: date | None = None) -> str:
    """in 51 d, today, 8 d ago: short enough for a table."""
    distance = (day - (today or timezone.localdate())).days
    if distance == 0:
        return gettext("today")
    count = {"count": format_number(abs(distance))}
    if distance > 0:
        return gettext("in %(count)s d") % count
    return gettext("%(count)s d ago") % count


def format_relative_time(moment: datetime, now: datetime | None = None) -> str:
    seconds = int(((now or timezone.now()) - moment).total_seconds())
    if seconds < 0 or seconds >= 86_400:
        return format_relative_day(timezone.localdate(moment))
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        return gettext("%(count)s min ago") % {"count": seconds // 60}
    return gettext("%(count)s h ago") % {"count": seconds // 3600}
