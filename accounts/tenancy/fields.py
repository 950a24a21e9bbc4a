from __future__ import annotations

from typing import Any

from django.db import models


class UUIDv7(models.Func):
    """Time-ordered ids made by Postgres 18: no global sequence on tenant data, and index-friendly."""

    function = "uuidv7"
    arity = 0
    output_field = models.UUIDField()


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A key to another row of the same tenant.

    Django's own constraint would bypass row-level security and accept another tenant's row, so there is none;
    `SecureTenantTables` adds the composite key (tenant_id, x_id) -> (tenant_id, id).
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)


class TenantOneToOneField(models.OneToOneField):  # type: ignore[type-arg]
    """As `TenantForeignKey`, for a row that shares its key with another."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        super().__init__(to, on_delete, **kwargs)
