from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from accounts.formats import (
    format_days,
    format_decimal,
    format_money,
    format_number,
    format_percent,
    format_relative_day,
    format_relative_time,
    format_signed,
)


@pytest.mark.parametrize(
    ("rate", "text"),
    [("0.00050", "0.1%"), ("0.00049", "0.0%"), ("-0.0005", "-0.1%"), ("-0.0004", "0.0%"), ("-0.10909", "-10.9%")],
)
def test_percentages_round_half_away_from_zero(rate: str, text: str) -> None:
    assert format_percent(Decimal(rate)) == text


def test_money_is_exact_to_the_cent() -> None:
    assert format_money(Decimal("1234.565"), "EUR") == "€1,234.57"
    assert format_money(Decimal("-0.005"), "EUR") == "-€0.01"
    assert format_money(Decimal("99999999999999.995"), "EUR") == "€100,000,000,000,000.00"


def test_money_knows_currencies_without_cents() -> None:
    assert format_money(Decimal("1000.5"), "JPY") == "¥1,001"


def test_compact_money_keeps_about_three_digits() -> None:
    said = [format_money(n, "EUR", compact=True) for n in (999, 9_999, 12_345, 412_499, 1_042_000, 13_940_000)]
    assert said == ["€999", "€9,999", "€12K", "€412K", "€1.04M", "€13.9M"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("12,345.7", "1.2%", "€1,234.50")),
        ("pl", ("12 345,7", "1,2%", "1 234,50 €")),
        ("nb", ("12 345,7", "1,2 %", "1 234,50 €")),
        ("ru", ("12 345,7", "1,2 %", "1 234,50 €")),
    ],
)
def test_figures_follow_the_language(language: str, texts: tuple[str, ...]) -> None:
    with override(language):
        found = (format_number(Decimal("12345.65"), 1), format_percent(Decimal("0.0123")), format_money(1234.5, "EUR"))
    assert tuple(text.replace("\xa0", " ").replace("\u202f", " ") for text in found) == texts


def test_signs_are_typographic_and_nothing_has_none() -> None:
    assert [format_signed(n, format_decimal) for n in (3, -3, 0, -0.04)] == ["+3.0", "−3.0", "0.0", "0.0"]


def test_days_have_their_plural() -> None:
    assert (format_days(1), format_days(22.5)) == ("1 day", "23 days")


def test_relative_days_are_short() -> None:
    today = date(2026, 11, 22)
    said = [format_relative_day(today + timedelta(days=n), today) for n in (-8, 0, 51)]
    assert said == ["8 d ago", "today", "in 51 d"]


def test_relative_times_grow_coarser() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    said = [format_relative_time(now - timedelta(minutes=n), now) for n in (0, 42, 200)]
    assert said == ["just now", "42 min ago", "3 h ago"]
