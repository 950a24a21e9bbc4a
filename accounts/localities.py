"""Time zones and currencies that a tenant or a person may choose, and a first guess from what a browser says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies, list_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def timezones() -> tuple[str, ...]:
    """The regional names of the IANA database, without aliases such as `EST5EDT` or `posix/…`."""
    regional = (name for name in known_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(regional))


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    return frozenset(list_currencies())


@cache
def known_timezones() -> frozenset[str]:
    """Every name of the IANA database, aliases too; reading it from disk takes milliseconds."""
    return frozenset(available_timezones())


def validate_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Oslo."), "timezone", {"name": name})


def validate_currency(code: str) -> None:
    if code not in currencies():
        raise ValidationError(_("“%(code)s” is not a currency code such as EUR."), "currency", {"code": code})


def guess_currency(accept_language: str) -> str:
    """The currency of the first region that the browser's languages name; USD when none does."""
    for territory in _territories(accept_language):
        if current := get_territory_currencies(territory):
            return str(current[-1])
    return "USD"


def timezone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """For a select, grouped by continent; the names are the database's own."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in timezones():
        continent, _slash, place = name.partition("/")
        groups.setdefault(continent, []).append((name, (place or name).replace("_", " ").replace("/", " / ")))
    return list(groups.items())


def currency_choices(language: str) -> list[tuple[str, str]]:
    """The currencies in use today with their names in this language, by code."""
    locale = Locale.parse(language, sep="-")
    return [(code, f"{code} · {locale.currencies.get(code, code)}") for code in sorted(tender())]


@cache
def tender() -> frozenset[str]:
    """What is legal tender somewhere now."""
    territories = get_global("territory_currencies")
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))


def guess_timezone(accept_language: str) -> str:
    """The zone of a region that has one; UTC when the languages name none or several."""
    for territory in _territories(accept_language):
        zones = [zone for zone in timezones() if get_global("zone_territories").get(zone) == territory]
        if len(zones) == 1 or territory in _CAPITAL_ZONES:
            return _CAPITAL_ZONES.get(territory) or zones[0]
    return "UTC"


_CAPITAL_ZONES = {"DE": "Europe/Berlin", "NO": "Europe/Oslo", "GB": "Europe/London", "RU": "Europe/Moscow"}


def _territories(accept_language: str) -> Iterator[str]:
    for tag in accept_language.split(","):
        try:
            spoken = Locale.parse(tag.split(";")[0].strip(), sep="-")
        except (ValueError, TypeError, UnknownLocaleError):
            continue
        if spoken.territory:
            yield spoken.territory
        elif likely := get_global("likely_subtags").get(spoken.language):
            yield likely.rpartition("_")[2]
