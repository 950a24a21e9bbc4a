"""One row of every tenant model, so that every id another tenant could try exists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import Customer, Membership, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_user

VALUES: dict[type[models.Field[Any, Any]], Any] = {
    models.BinaryField: b"secret",
    models.BooleanField: False,
    models.DateField: date(2026, 11, 2),
    models.DateTimeField: timezone.now(),
    models.DecimalField: Decimal(1),
    models.EmailField: "somebody@secret.example",
    models.IntegerField: 1,
    models.JSONField: {},
    models.SmallIntegerField: 1,
    models.TimeField: "09:00",
}


def furnish(tenant: Tenant) -> dict[str, UUID]:
    """The id of a row of each model with a key of its own, by model name."""
    made: dict[type[models.Model], models.Model] = {}
    with tenant_scope(tenant):
        for model in tenant_models():
            _row(model, made)
        return {row._meta.model_name or "": row.pk for row in made.values() if isinstance(row.pk, UUID)}


def tenant_models() -> list[Any]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and any(field.name == "tenant" for field in model._meta.local_fields)
    ]


def fingerprint(tenant: Tenant) -> dict[str, tuple[int, int]]:
    """How many rows each of the tenant's tables has and a checksum of all their contents."""
    tables = sorted(model._meta.db_table for model in tenant_models())
    checksum = "SELECT '{0}', count(*), COALESCE(sum(hashtext(t::text)), 0) FROM \"{0}\" t"
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(checksum.format(table) for table in tables))
        return {table: (rows, total) for table, rows, total in cursor.fetchall()}


def _row(model: Any, made: dict[Any, Any]) -> Any:
    if model not in made:
        made[model] = None  # a key back to the model itself stays empty
        values = {field.name: _value(field, made) for field in model._meta.local_fields if _is_needed(field)}
        made[model] = model.objects.create(**values)
    return made[model]


def _is_needed(field: Any) -> bool:
    if field.name == "tenant" or field.generated or field.has_db_default():
        return False
    owns = field.remote_field is not None and field.remote_field.model in (Customer, Membership)
    return owns or not (field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def _value(field: Any, made: dict[Any, Any]) -> Any:
    if field.remote_field is not None:
        target = field.remote_field.model
        return _row(target, made) if "tenant" in {f.name for f in target._meta.local_fields} else make_user()
    if field.choices:
        return field.choices[0][0]
    for kind in type(field).__mro__:
        if kind in VALUES:
            return VALUES[kind]
    if isinstance(field, models.UUIDField):
        return uuid4()
    return [] if field.get_internal_type() == "ArrayField" else uuid4().hex[: field.max_length or 32]
