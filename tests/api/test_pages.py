from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Customer, Tenant
from accounts.rest.cursors import Cursor, keyset_page
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller

NAMES = ["Beta", "alfa", "Alfa", "Ärger", "beta", "zeta", "Żółw", "beta"]


def walk(caller: Caller, query: str) -> list[Any]:
    rows, cursor = [], ""
    while True:
        page = caller.get(f"/customers?{query}{cursor}")
        rows += page["data"]
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


@pytest.mark.parametrize("order", ["id", "-id", "name", "-name", "updated_at", "-updated_at"])
def test_pages_hold_every_row_once_in_order(api: Caller, order: str) -> None:
    api.bulk("customers", *({"external_id": str(number), "name": name} for number, name in enumerate(NAMES)))
    paged = [row["id"] for row in walk(api, f"order={order}&limit=3")]
    whole = [row["id"] for row in api.get(f"/customers?order={order}")["data"]]
    assert paged == whole
    assert len(set(paged)) == len(NAMES)


def test_newest_first_by_default(api: Caller) -> None:
    for name in ("First", "Second"):
        api.post("/customers", {"name": name})
    assert [row["name"] for row in api.get("/customers")["data"]] == ["Second", "First"]


def test_cursor_belongs_to_its_order(api: Caller) -> None:
    api.bulk("customers", *({"external_id": name, "name": name} for name in "abc"))
    cursor = api.get("/customers?limit=1")["next_cursor"]
    api.get(f"/customers?limit=1&order=name&cursor={cursor}")
    assert (api.status, api.codes()) == (400, {"?cursor": "invalid_cursor"})
    api.get(f"/customers?cursor={cursor[:-1]}x")
    assert api.status == 400


def test_another_tenants_cursor_shows_nothing_of_it(api: Caller, stranger: Caller) -> None:
    stranger.bulk("customers", *({"external_id": name, "name": f"Zebra {name}"} for name in "abc"))
    api.post("/customers", {"name": "Own"})
    rows = api.get(f"/customers?cursor={stranger.get('/customers?limit=1')['next_cursor']}")["data"]
    assert all(row["name"] == "Own" for row in rows)


@given(
    names=st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=12),
    later=st.lists(st.text("abc", min_size=1, max_size=2), max_size=6),
    limit=st.integers(1, 5),
    order=st.sampled_from(["name", "-name", "id", "-id"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_inserts_neither_repeat_nor_skip(
    acme: Tenant, names: list[str], later: list[str], limit: int, order: str
) -> None:
    column = {"name": "name_lc", "id": "pk"}[order.removeprefix("-")]
    with tenant_scope(acme):
        Customer.objects.all().delete()
        there = {Customer.objects.create(name=name).pk for name in names}
        rows: list[Any] = []
        cursor, inserts = None, list(later)
        while True:
            page = keyset_page(Customer.objects.all(), order=order, column=column, limit=limit, cursor=cursor)
            rows += page.rows
            if inserts:
                Customer.objects.create(name=inserts.pop())
            if page.next_cursor is None:
                break
            cursor = Cursor.open(page.next_cursor)
    seen = [row.pk for row in rows]
    assert len(seen) == len(set(seen))
    assert there <= set(seen)
