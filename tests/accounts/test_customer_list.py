from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Tenant
from accounts.selectors import customer_list as reads
from accounts.selectors.customer_list import CustomerFilter, all_customers, customer_page
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer, make_membership


@pytest.fixture
def viewer(in_acme: Tenant) -> Membership:
    return make_membership()


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE_SIZE", 3)


def names(viewer: Membership, **asked: Any) -> list[str]:
    page = customer_page(CustomerFilter.read(asked), viewer)
    return [row.customer.name for row in page.rows]


def walk(viewer: Membership, **asked: Any) -> list[list[str]]:
    """The names on every page, from the first to the last, checked against the way back."""
    wanted, pages = CustomerFilter.read(asked), []
    page = customer_page(wanted, viewer)
    while True:
        pages.append([row.customer.name for row in page.rows])
        if not page.next_cursor:
            break
        page = customer_page(wanted, viewer, cursor=page.next_cursor)
    back = [pages[-1]]
    while page.previous_cursor:
        page = customer_page(wanted, viewer, before=page.previous_cursor)
        back.insert(0, [row.customer.name for row in page.rows])
    assert [name for part in back for name in part] == [name for part in pages for name in part]
    return pages


def make_many(in_acme: Tenant) -> None:
    day = date(2026, 11, 22)
    for number in range(8):
        make_customer(
            name=f"C{number}",
            standing={
                "mrr_cents": 100 * (number % 3),
                "health_score": None if number < 4 else 90 - number,
                "renewal_on": None if number % 2 else day + timedelta(days=number),
            },
        )


def test_pages_by_name(viewer: Membership, in_acme: Tenant) -> None:
    make_many(in_acme)
    assert walk(viewer) == [["C0", "C1", "C2"], ["C3", "C4", "C5"], ["C6", "C7"]]
    assert walk(viewer, order="-name") == [["C7", "C6", "C5"], ["C4", "C3", "C2"], ["C1", "C0"]]


@pytest.mark.parametrize("order", ["health", "-health", "renewal", "-renewal", "arr", "-arr", "seen", "-seen"])
def test_every_order_shows_each_customer_once(viewer: Membership, in_acme: Tenant, order: str) -> None:
    make_many(in_acme)
    shown = [name for page in walk(viewer, order=order) for name in page]
    assert sorted(shown) == [f"C{number}" for number in range(8)]


def test_unknown_health_stands_at_the_end_of_both_orders(viewer: Membership, in_acme: Tenant) -> None:
    make_many(in_acme)
    rising = [name for page in walk(viewer, order="health") for name in page]
    falling = [name for page in walk(viewer, order="-health") for name in page]
    assert (rising[:4], falling[:4]) == (["C7", "C6", "C5", "C4"], ["C4", "C5", "C6", "C7"])
    assert set(rising[4:]) == set(falling[4:]) == {"C0", "C1", "C2", "C3"}


def test_a_customer_that_arrives_meanwhile_moves_nobody(viewer: Membership, in_acme: Tenant) -> None:
    make_many(in_acme)
    first = customer_page(CustomerFilter(), viewer)
    make_customer(name="A new one")
    second = customer_page(CustomerFilter(), viewer, cursor=first.next_cursor)
    assert [row.customer.name for row in second.rows] == ["C3", "C4", "C5"]


def test_filters_narrow_together(viewer: Membership) -> None:
    make_customer(name="Right", stage="trial", tier="Gold", csm=viewer, standing={"health_band": "red"})
    make_customer(name="Wrong stage", stage="adopting", tier="Gold", csm=viewer, standing={"health_band": "red"})
    make_customer(name="Wrong band", stage="trial", tier="Gold", csm=viewer)
    make_customer(name="Wrong tier", stage="trial", csm=viewer, standing={"health_band": "red"})
    wanted = {"stage": "trial", "tier": "Gold", "csm": "me", "band": "red"}
    for order in ("name", "-arr"):
        assert names(viewer, **wanted, order=order) == ["Right"]


def test_those_who_left_show_when_they_are_asked_for(viewer: Membership) -> None:
    make_customer(name="Here", stage="adopting")
    make_customer(name="Gone", stage="churned")
    for order in ("name", "-arr"):
        assert names(viewer, order=order) == ["Here"]
        assert names(viewer, order=order, stage="churned") == ["Gone"]
        assert names(viewer, order=order, q="gon") == ["Gone"]
        assert sorted(names(viewer, order=order, stage="all")) == ["Gone", "Here"]


def test_customers_of_nobody(viewer: Membership) -> None:
    make_customer(name="Taken", csm=viewer)
    make_customer(name="Free")
    assert names(viewer, csm="none") == ["Free"]
    assert names(viewer, csm=str(viewer.pk)) == ["Taken"]


@pytest.mark.parametrize(("typed", "found"), [("fj", ["Fjordkraft"]), ("KRAFT", ["Fjordkraft"]), ("zzz", [])])
def test_search_by_prefix_and_by_part(viewer: Membership, typed: str, found: list[str]) -> None:
    make_customer(name="Fjordkraft")
    make_customer(name="Helix")
    assert names(viewer, q=typed) == found


@pytest.mark.parametrize(
    "asked",
    [
        {"order": "mrr_cents"},
        {"stage": "nonsense"},
        {"csm": "' OR 1=1"},
        {"band": "\x00"},
        {"q": "\x00"},
        {"tier": ""},
    ],
)
def test_nonsense_in_the_address_is_left_out(viewer: Membership, asked: dict[str, str]) -> None:
    make_customer(name="Here")
    assert names(viewer, **asked) == ["Here"]


@pytest.mark.parametrize("cursor", ["nonsense", "a:b:c", "\x00", "😀"])
def test_a_cursor_that_is_not_ours_begins_at_the_start(viewer: Membership, cursor: str) -> None:
    make_customer(name="Here")
    page = customer_page(CustomerFilter(), viewer, cursor=cursor)
    assert [row.customer.name for row in page.rows] == ["Here"]


def test_another_tenants_customers_do_not_show(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        make_customer(name="Theirs")
    with tenant_scope(acme):
        assert names(make_membership()) == []


def test_export_draws_all_rows_in_order(viewer: Membership, in_acme: Tenant) -> None:
    make_many(in_acme)
    drawn = [row.customer.name for row in all_customers(CustomerFilter(order="-name"), viewer)]
    assert drawn == [f"C{number}" for number in reversed(range(8))]


def test_a_page_is_one_statement_and_two_where_values_may_be_unknown(viewer: Membership, in_acme: Tenant) -> None:
    make_many(in_acme)
    for order, most in (("name", 1), ("-arr", 1), ("health", 2)):
        with CaptureQueriesContext(connection) as queries:
            names(viewer, order=order)
        assert len(queries) <= most
