from __future__ import annotations

import pytest

from accounts.imports.cells import cell_value, day_text, number_text, plain_text
from accounts.imports.columns import guessed_mapping
from accounts.imports.kinds import kinds
from accounts.models import Customer
from accounts.rest.fields import Choice, Flag, Whole
from accounts.rest.problems import Invalid
from accounts.rest.references import Member, Ref


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", "1234.5"),
        ("1234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("-19,9", "-19.9"),
        ("0,125", "0.125"),
        ("12a", "12a"),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str) -> None:
    assert number_text(text) == number


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12,345"])
def test_thousands_or_decimals_is_asked_for(text: str) -> None:
    with pytest.raises(Invalid):
        number_text(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31 00:00:00", "2026-01-31"),
        ("31.1.2026", "2026-01-31"),
        ("soon", "soon"),
    ],
)
def test_dates_as_people_write_them(text: str, day: str) -> None:
    assert day_text(text) == day


def test_day_or_month_first_is_asked_for() -> None:
    with pytest.raises(Invalid):
        day_text("01/02/2026")


def test_cells_by_field() -> None:
    assert [cell_value(Flag(), text) for text in ("TAK", "0", "maybe")] == [True, False, "maybe"]
    assert cell_value(Choice(["past_due"]), "Past Due") == "past_due"
    assert cell_value(Whole(), "12") == 12
    assert cell_value(Ref(Customer), "c 1") == "external:c 1"
    assert cell_value(Ref(Customer), "external:c1") == "external:c1"
    assert cell_value(Member(), "a@b.example") == "a@b.example"


def test_formulas_stay_text_and_our_own_apostrophe_goes() -> None:
    assert [plain_text(cell) for cell in ("=1+1", "'=1+1", "'tis", "@x")] == ["=1+1", "=1+1", "'tis", "@x"]


@pytest.mark.parametrize(
    ("kind", "header", "mapping"),
    [
        ("customers", ["Customer ID", "Company", "Owner", "Weather"], ["external_id", "name", "csm", ""]),
        ("customers", ["nazwa", "ID", "Etap"], ["name", "external_id", "stage"]),
        ("contacts", ["customer_id", "id", "E-mail", "Company"], ["customer", "external_id", "email", ""]),
        (
            "subscriptions",
            ["ID", "Account", "Price", "Start date"],
            ["external_id", "customer", "unit_amount", "started_on"],
        ),
    ],
)
def test_columns_are_recognised(kind: str, header: list[str], mapping: list[str]) -> None:
    assert guessed_mapping(kinds[kind], header) == mapping
