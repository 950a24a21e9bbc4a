"""The scope and the connection beneath it: reused, poisoned, threaded, streamed, after commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django_scopes.exceptions import ScopeError

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import TenantError, current_tenant, scoped_stream, tenant_scope
from tests.factories.accounts import make_customer, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true)")
        return cursor.fetchone()[0] or ""


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_customer")
        return int(cursor.fetchone()[0])


def test_connection_comes_back_clean() -> None:
    with tenant_scope(make_tenant()):
        make_customer()
        assert setting()
    assert setting() == "" and count() == 0


def test_exception_rolls_back_and_leaves_the_connection_clean() -> None:
    tenant = make_tenant()
    with pytest.raises(ZeroDivisionError), tenant_scope(tenant):
        make_customer()
        raise ZeroDivisionError
    assert setting() == ""
    with tenant_scope(tenant):
        assert count() == 0


def test_poisoned_connection_is_refused_and_thrown_away() -> None:
    tenant = make_tenant()
    with connection.cursor() as cursor:
        cursor.execute("SET app.tenant_id = '1'")
    with pytest.raises(TenantError, match="already set"), tenant_scope(tenant):
        raise AssertionError("never reached")
    assert setting() == ""
    with tenant_scope(tenant):
        assert current_tenant() == tenant


def test_scope_inside_an_open_transaction_is_refused() -> None:
    tenant = make_tenant()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), tenant_scope(tenant):
        raise AssertionError("never reached")


def test_savepoint_that_fails_keeps_the_scope() -> None:
    with tenant_scope(make_tenant()) as tenant:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        make_customer()
        assert setting() == str(tenant.pk) and count() == 1


def test_failed_statement_does_not_open_the_wall() -> None:
    with pytest.raises(InternalError), tenant_scope(make_tenant()):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        except Exception:
            count()
    assert setting() == ""


def test_other_threads_do_not_inherit_the_scope() -> None:
    def elsewhere() -> tuple[Any, int]:
        try:
            try:
                Customer.objects.count()
            except ScopeError as error:
                return error, count()
            return None, count()
        finally:
            connection.close()

    with tenant_scope(make_tenant()), ThreadPoolExecutor(1) as pool:
        make_customer()
        error, seen = pool.submit(elsewhere).result()
    assert isinstance(error, ScopeError) and seen == 0


def test_two_threads_keep_their_tenants_apart() -> None:
    def fill(tenant: Tenant) -> int:
        try:
            for _ in range(5):
                with tenant_scope(tenant):
                    make_customer()
            with tenant_scope(tenant):
                return count()
        finally:
            connection.close()

    tenants = [make_tenant() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fill, tenants)) == [5, 5, 5, 5]


def test_queryset_that_outlives_the_scope_is_empty() -> None:
    with tenant_scope(make_tenant()):
        make_customer()
        lazy = Customer.objects.all()
    with pytest.raises(ScopeError):
        Customer.objects.all()
    assert list(lazy) == []


def test_stream_enters_its_own_scope_again() -> None:
    tenant = make_tenant()
    with tenant_scope(tenant):
        make_customer(name="Streamed")

    def rows() -> Any:
        yield from Customer.objects.values_list("name", flat=True)

    assert list(scoped_stream(tenant, rows())) == ["Streamed"]
    assert setting() == ""


def test_abandoned_stream_leaves_the_connection_clean() -> None:
    tenant = make_tenant()
    with tenant_scope(tenant):
        make_customer()
        make_customer()
    stream = scoped_stream(tenant, (row for row in [1, 2]))
    next(stream)
    stream.close()
    assert setting() == "" and not connection.in_atomic_block


def test_after_commit_there_is_no_scope() -> None:
    seen: list[object] = []

    def after() -> None:
        try:
            current_tenant()
        except TenantError as error:
            seen.append(error)
        seen.append(count())

    with tenant_scope(make_tenant()):
        make_customer()
        transaction.on_commit(after)
    assert isinstance(seen[0], TenantError) and seen[1] == 0


def test_deferred_field_is_not_read_after_the_scope() -> None:
    with tenant_scope(make_tenant()):
        make_customer()
        customer = Customer.objects.defer("name").get()
    with pytest.raises((ScopeError, Customer.DoesNotExist)):
        customer.name  # noqa: B018
