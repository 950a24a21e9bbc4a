from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, Visitor

pytestmark = pytest.mark.browser

PAGE = "/styleguide/"


def test_every_component_in_both_themes_and_widths(visitor: Visitor) -> None:
    visitor.walk(PAGE, "styleguide")


def test_definition_opens_by_keyboard_and_closes_on_escape(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    button = page.get_by_role("button", name="What is Net revenue retention?")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("new customers do not")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("new customers do not")).to_be_hidden()


def test_menu_closes_on_escape_and_gives_back_the_focus(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    menu = page.locator("summary", has_text="Filter")
    menu.click()
    expect(page.get_by_role("link", name="Trial")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Trial")).to_be_hidden()
    expect(menu).to_be_focused()


def test_confirm_asks_before_the_form_is_sent(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog", name="Are you sure?")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".invalid-feedback")).to_have_count(0)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove them").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()


def test_errors_are_tied_to_their_fields(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    page.get_by_role("button", name="Save").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    described = name.get_attribute("aria-describedby") or ""
    texts = [page.locator(f"[id='{part}']").inner_text() for part in described.split()]
    assert any("required" in text for text in texts), texts
    visitor.assert_accessible()


def test_theme_is_remembered_without_a_flash(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    served = page.request.get(visitor.base_url + PAGE).text()
    assert 'data-bs-theme="dark"' in served


def test_chart_tells_its_values_under_the_pointer_and_in_a_table(
    visitor: Visitor,
) -> None:
    page = visitor.open(PAGE)
    chart = page.get_by_role("figure", name="Retention, trailing 12 months")
    chart.locator("svg g").last.hover()
    expect(page.locator(".pn-tip")).to_contain_text("Nov: NRR 113%, GRR 96%")
    chart.get_by_text("Show as a table").click()
    expect(chart.get_by_role("cell", name="113%")).to_be_visible()


def test_ticking_rows_shows_the_bar_of_actions(visitor: Visitor) -> None:
    page = visitor.open(PAGE)
    page.get_by_label("Choose all").check()
    expect(page.get_by_text("4 chosen")).to_be_visible()
    page.get_by_label("Choose Helix Robotics").uncheck()
    expect(page.get_by_text("3 chosen")).to_be_visible()


def test_toast_says_and_offers_to_undo(visitor: Visitor) -> None:
    page = visitor.open(PAGE + "?toast=1")
    toast = page.locator("[data-toast]", has_text="assigned to Maja")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_menu_is_a_drawer_on_the_phone(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    page = visitor.open(PAGE)
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Open the menu").click()
    expect(page.locator("#sidebar")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar")).to_be_hidden()


def test_palette_opens_by_shortcut_and_is_walked_by_arrows(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": DESKTOP, "height": 900})
    page = visitor.open(PAGE)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search customers")
    expect(field).to_be_focused()
    expect(page.locator("#palette [role=option]")).to_have_count(4)
    field.press_sequentially("ri")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    field.fill("")
    expect(page.locator("#palette [role=option]")).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette [role=option]").nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", re.compile(r"^palette-1-2$"))
    visitor.photograph("palette")
    visitor.assert_accessible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
