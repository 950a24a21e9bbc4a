"""Time zones and currencies that a tenant or a person may choose, and a first guess from what a browser says."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies, list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def timezones() -> tuple[str, ...]:
    """The regional names of the IANA database, without aliases such as `EST5EDT` or `posix/…`."""
    regional = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(regional))


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    return frozenset(list_currencies())


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Oslo."), "timezone", {"name": name})


def validate_currency(code: str) -> None:
    if code not in currencies():
        raise ValidationError(_("“%(code)s” is not a currency code such as EUR."), "currency", {"code": code})


def guess_currency(accept_language: str) -> str:
    """The currency of the first region that the browser's languages name; USD when none does."""
    for tag in accept_language.split(","):
        try:
            territory = Locale.parse(tag.split(";")[0].strip(), sep="-").territory
        except (ValueError, UnknownLocaleError):
            continue
        if territory and (current := get_territory_currencies(territory)):
            return current[-1]
    return "USD"
