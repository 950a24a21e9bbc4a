"""The one way in: a tenant scope is one outermost transaction plus one transaction-local setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, transaction
from django_scopes import scope

if TYPE_CHECKING:
    from accounts.models import Tenant

T = TypeVar("T")

_current: ContextVar[Tenant | None] = ContextVar("current_tenant", default=None)

SET_TENANT = "SELECT current_setting('app.tenant_id', true), set_config('app.tenant_id', %s, true)"
UNSET_TENANT = "SELECT set_config('app.tenant_id', '', true)"


class TenantError(RuntimeError):
    """Work on tenant data without, or across, a tenant scope."""


def current_tenant() -> Tenant:
    """The tenant in scope; TenantError outside a scope, never a fallback."""
    tenant = _current.get()
    if tenant is None:
        raise TenantError("no tenant in scope")
    return tenant


def current_tenant_id() -> int | None:
    """Default of every `tenant` column: None outside a scope, and then the database refuses the row."""
    tenant = _current.get()
    return tenant.pk if tenant else None


class PoisonedConnection(TenantError):
    """The connection came with a tenant set for its whole session; it is thrown away."""


@contextmanager
def tenant_scope(tenant: Tenant) -> Iterator[Tenant]:
    """Open a transaction in which this tenant's rows, and no others, exist.

    Entering the same tenant again is free and joins the open transaction; entering another tenant
    raises TenantError, and so does a connection that arrives with a tenant already set (it is closed).
    """
    open_tenant = _current.get()
    if open_tenant is not None:
        if open_tenant.pk != tenant.pk:
            raise TenantError("cannot switch tenant inside a tenant scope")
        yield open_tenant
        return
    try:
        with transaction.atomic(durable=True):
            _claim_connection(tenant)
            token = _current.set(tenant)
            try:
                with scope(tenant=tenant):
                    yield tenant
            finally:
                _current.reset(token)
    except PoisonedConnection:
        if not connection.in_atomic_block:
            connection.close()
        raise
    finally:
        _release_connection()


@contextmanager
def user_scope(user_id: object) -> Iterator[None]:
    """A transaction in which one person's own memberships, in every tenant, can be read."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.user_id', %s, true)", [str(user_id)])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('app.user_id', '', true)")


def scoped_stream(tenant: Tenant, rows: Iterable[T]) -> Iterator[T]:
    """Re-enter the scope for a streaming response, whose rows are drawn after the view has returned."""
    with tenant_scope(tenant):
        yield from rows


def _claim_connection(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [str(int(tenant.pk))])
        before = cursor.fetchone()[0]
    if before:
        raise PoisonedConnection("connection arrived with a tenant already set")


def _release_connection() -> None:
    """Only inside an outer test transaction does the setting outlive the scope's own block."""
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(UNSET_TENANT)
