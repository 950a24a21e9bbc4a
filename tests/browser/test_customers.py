from __future__ import annotations

import gzip
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Request, expect

from accounts.models import Customer, Membership, Role, Segment, Tenant
from accounts.tenancy.scope import tenant_scope
from config.assets import NPM_FILES, NpmFinder
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_contact, make_customer, make_membership, make_subscription, make_user

pytestmark = pytest.mark.browser

LIST = "/acme/customers/"
SAMPLES = (
    ("Northwind Logistics", "Enterprise", "established", 91, "green", 3, 3_433_300, 51),
    ("Fjordkraft Retail", "Enterprise", "renewing", 38, "red", -13, 3_066_700, 8),
    ("Apollo Diagnostics", "Enterprise", "established", 74, "yellow", 1, 2_458_300, 102),
    ("Brightline Energy", "Mid-market", "adopting", 55, "yellow", -6, 1_533_300, 26),
    ("Helix Robotics", "Mid-market", "onboarding", None, "unknown", None, 1_233_300, None),
    ("Cobalt Learning", "SMB", "leaving", 29, "red", -16, 1_008_300, 13),
    ("Orchard & Vale", "SMB", "established", 88, "green", 2, 716_700, 138),
)


@pytest.fixture
def maja(acme: Tenant, visitor: Visitor) -> Membership:
    """A CSM with a small portfolio, signed in."""
    today = timezone.localdate()
    with tenant_scope(acme):
        maja = make_membership(make_user(name="Maja Lindqvist"), role=Role.CSM, title="CSM, Nordics")
        make_membership(make_user(name="Jonas Berg"), role=Role.CSM)
        for name, tier, stage, score, band, trend, mrr, renews in SAMPLES:
            standing = {
                "health_score": score,
                "health_band": band,
                "health_trend": trend,
                "mrr_cents": mrr,
                "plan": "Team",
                "renewal_on": today + timedelta(days=renews) if renews else None,
            }
            make_customer(name=name, tier=tier, stage=stage, csm=maja, standing=standing, industry="Services")
    visitor.log_in(maja.user)
    return maja


def fjordkraft(acme: Tenant) -> Customer:
    with tenant_scope(acme):
        row: Customer = Customer.objects.get(name="Fjordkraft Retail")
        ola = {"name": "Ola Nordmann", "role": "Head of Operations", "is_champion": True}
        make_contact(row, email="ola@fjordkraft.example", **ola)
        make_contact(row, name="Kari Dahl", role="RevOps", email="kari@fjordkraft.example")
        make_subscription(row, plan="Team", unit_amount=511, quantity=60, currency="EUR", seats=60)
        make_subscription(row, plan="Starter", currency="EUR", ended_on=date(2026, 3, 1))
    return row


def test_list_in_both_themes_and_widths(visitor: Visitor, maja: Membership) -> None:
    visitor.walk(LIST + "?order=-arr", "customers")


def test_a_full_list_weighs_less_than_200_kib(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    with tenant_scope(acme):
        for number in range(60):
            make_customer(name=f"Zażółć {number}", csm=maja, standing={"mrr_cents": 100_000 + number})
    weights: dict[str, int] = {}
    visitor.page.on("requestfinished", lambda sent: weights.update({sent.url: served_weight(sent)}))
    visitor.open(LIST)
    assert any("inter-latin-ext" in url for url in weights)
    assert 100_000 < sum(weights.values()) < 200 * 1024, weights


def served_weight(sent: Request) -> int:
    """Bytes on the wire in production: files as they are collected, text compressed by the weakest means."""
    name = sent.url.partition("/static/")[2]
    answer = sent.response()
    assert answer is not None
    body = NpmFinder().storage.open(name).read() if name in NPM_FILES else answer.body()
    return len(body) if name.endswith(".woff2") else len(gzip.compress(body))


def test_empty_list(visitor: Visitor, acme: Tenant) -> None:
    with tenant_scope(acme):
        owner = make_membership(role=Role.OWNER)
    visitor.log_in(owner.user)
    visitor.walk(LIST, "customers-empty")


def test_customer_page_in_both_themes_and_widths(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    row = fjordkraft(acme)
    visitor.walk(f"{LIST}{row.pk}/", "customer")
    expect(visitor.page.get_by_text("Ola Nordmann")).to_be_visible()


def test_forms_in_both_themes_and_widths(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    row = fjordkraft(acme)
    visitor.walk(f"{LIST}{row.pk}/edit/", "customer-edit")
    visitor.walk(f"{LIST}{row.pk}/people/new/", "contact-new")


def test_segments_in_both_themes_and_widths(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    rule = {"all": [{"field": "band", "op": "eq", "value": "red"}, {"field": "mrr", "op": "gte", "value": 500}]}
    with tenant_scope(acme):
        segment = Segment.objects.create(name="Large and red", rule=rule)
    visitor.walk("/acme/segments/", "segments")
    visitor.walk(f"/acme/segments/{segment.pk}/", "segment")
    expect(visitor.page.locator("#segment-preview")).to_contain_text("Cobalt Learning")
    visitor.page.get_by_label("Value").first.fill("green")
    visitor.page.get_by_label("Value").first.blur()
    expect(visitor.page.locator("#segment-preview")).to_contain_text("Northwind Logistics")


def test_typing_searches_and_keeps_the_address(visitor: Visitor, maja: Membership) -> None:
    page = visitor.open(LIST)
    expect(page.locator("tbody tr")).to_have_count(7)
    page.get_by_role("searchbox", name="Search by name").press_sequentially("fjo")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{visitor.base_url}{LIST}?q=fjo&stage=&band=&csm=&tier=")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_choosing_a_filter_narrows_at_once(visitor: Visitor, maja: Membership) -> None:
    page = visitor.open(LIST)
    page.get_by_role("combobox", name="Health").select_option("At risk")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="ARR").click()
    expect(page.locator("tbody tr").first).to_contain_text("Fjordkraft Retail")
    expect(page.get_by_role("columnheader", name="ARR")).to_have_attribute("aria-sort", "descending")


def test_ticked_customers_change_hands_and_come_back(visitor: Visitor, maja: Membership) -> None:
    page = visitor.open(LIST)
    page.get_by_label("Choose Fjordkraft Retail").check()
    page.get_by_label("Choose Helix Robotics").check()
    page.locator("#assign-csm").select_option("Jonas Berg")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("2 customers now with Jonas Berg")).to_be_visible()
    expect(page.locator("tbody").get_by_text("Jonas Berg")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody").get_by_text("Jonas Berg")).to_have_count(0)


def test_a_row_is_opened_anywhere_and_the_row_box_still_ticks(visitor: Visitor, maja: Membership) -> None:
    page = visitor.open(LIST)
    row = page.locator("tbody tr", has_text="Fjordkraft")
    row.get_by_role("checkbox").click()
    expect(page).to_have_url(f"{visitor.base_url}{LIST}")
    row.locator("td").last.click(force=True)
    expect(page.get_by_role("heading", level=1, name="Fjordkraft Retail")).to_be_visible()


def test_the_palette_finds_a_customer_and_enter_opens_it(visitor: Visitor, maja: Membership) -> None:
    page = visitor.open(LIST)
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search customers").press_sequentially("helix")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Helix Robotics")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Helix Robotics")).to_be_visible()


def test_without_javascript_panels_are_links(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    row = fjordkraft(acme)
    plain = visitor.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain.add_cookies([dict(cookie) for cookie in visitor.context.cookies()])  # type: ignore[misc]
    page = plain.new_page()
    page.goto(f"{visitor.base_url}{LIST}{row.pk}/")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.get_by_text("Ola Nordmann")).to_be_visible()
    plain.close()
