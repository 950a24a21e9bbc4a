from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Tenant
from accounts.selectors.search import find_contacts, find_customers, starting_with
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_contact, make_customer


def names(query: str) -> list[str]:
    return [customer.name for customer in find_customers(query)]


def test_names_that_begin_so_come_first(in_acme: Tenant) -> None:
    for name in ("Big Harbor", "Harbor Freight", "Quay"):
        make_customer(name=name)
    assert names("harb") == ["Harbor Freight", "Big Harbor"]


def test_case_and_spaces_do_not_matter(in_acme: Tenant) -> None:
    make_customer(name="Żółw  Łódź")
    assert names(" żÓŁW ") == ["Żółw  Łódź"]


@pytest.mark.parametrize("query", ["", "   ", "\x00", "%", "_", "\\", "'", "a\ud800", "x" * 5000])
def test_rubbish_finds_nothing(in_acme: Tenant, query: str) -> None:
    make_customer(name="Harbor")
    assert names(query) == []


def test_another_tenants_customers_are_not_found(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        make_customer(name="Harbor Freight")
    with tenant_scope(globex):
        assert names("harbor") == []
        assert names("freight") == []


def test_contact_is_found_by_whole_address(in_acme: Tenant) -> None:
    contact = make_contact(email="Ann@Customer.example")
    assert find_contacts("ann@customer.EXAMPLE") == [contact]


def test_prefix_search_uses_the_index(in_acme: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "customer_by_name" in starting_with("harb")[:20].explain()
