from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django_scopes.exceptions import ScopeError

from accounts.models import Contact, Customer, Tenant
from accounts.tenancy.scope import TenantError, current_tenant, tenant_scope
from tests.factories.accounts import make_customer


def count_in_sql() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_customer")
        return int(cursor.fetchone()[0])


def test_query_without_a_scope_raises(acme: Tenant) -> None:
    with pytest.raises(ScopeError):
        Customer.objects.count()


def test_raw_sql_without_a_scope_sees_nothing(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_customer()
    assert count_in_sql() == 0


def test_raw_sql_sees_only_the_tenant_in_scope(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        make_customer()
    with tenant_scope(globex):
        assert count_in_sql() == 0


def test_key_to_another_tenants_row_is_refused(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        customer = make_customer()
    with tenant_scope(globex), pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(customer_id=customer.pk)


def test_tenant_cannot_be_switched_inside_a_scope(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme), pytest.raises(TenantError), tenant_scope(globex):
        pass


def test_same_tenant_may_be_entered_again(acme: Tenant) -> None:
    with tenant_scope(acme), tenant_scope(acme):
        assert current_tenant() == acme


def test_scope_leaves_nothing_behind(acme: Tenant) -> None:
    with tenant_scope(acme):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true)")
        assert not cursor.fetchone()[0]


def test_row_for_another_tenant_cannot_be_written(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Customer.objects.create(name="Smuggled", tenant=globex)
