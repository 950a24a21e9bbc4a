"""Many rows in one statement: the rows travel as one JSON parameter and come apart inside Postgres."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import GeneratedField, JSONField
from django.utils import timezone


def insert_rows(rows: Sequence[Any], *, skip_collisions: bool = True) -> dict[UUID, None]:
    """Insert model instances that bring their ids; returns the ids that went in.

    A row that collides with another's unique key is left out, or raises IntegrityError.
    """
    model = type(rows[0])
    fields = [each for each in model._meta.concrete_fields if not isinstance(each, GeneratedField)]
    names = ", ".join(f'"{each.column}"' for each in fields)
    sql = (
        f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {names} FROM jsonb_to_recordset(%s) '
        f"AS given({_columns(fields)}) {'ON CONFLICT DO NOTHING' if skip_collisions else ''} "
        f'RETURNING "{model._meta.pk.column}"'
    )
    return dict.fromkeys(key for (key,) in _execute(sql, [_as_json(rows, fields, add=True)]))


def update_rows(rows: Sequence[Any], attributes: Sequence[str]) -> None:
    """Write these attributes, and `updated_at` where there is one, of all rows."""
    model = type(rows[0])
    now = timezone.now()
    changed = [each for each in model._meta.concrete_fields if each.attname in attributes]
    if any(each.attname == "updated_at" for each in model._meta.concrete_fields):
        changed.append(model._meta.get_field("updated_at"))
        for row in rows:
            row.updated_at = now
    key = model._meta.pk
    sets = ", ".join(f'"{each.column}" = given."{each.column}"' for each in changed)
    sql = (
        f'UPDATE "{model._meta.db_table}" target SET {sets} FROM jsonb_to_recordset(%s) '
        f'AS given({_columns([key, *changed])}) WHERE target."{key.column}" = given."{key.column}" '
        f'AND target.tenant_id = %s RETURNING target."{key.column}"'
    )
    _execute(sql, [_as_json(rows, [key, *changed], add=False), rows[0].tenant_id])


def new_ids(count: int) -> list[UUID]:
    """UUIDv7s from Postgres, in ascending order."""
    return [key for (key,) in _execute("SELECT uuidv7() FROM generate_series(1, %s)", [count])]


def _execute(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _columns(fields: Sequence[Any]) -> str:
    return ", ".join(
        f'"{each.column}" {each.rel_db_type(connection) if each.is_relation else each.db_type(connection)}'
        for each in fields
    )


def _as_json(rows: Sequence[Any], fields: Sequence[Any], *, add: bool) -> str:
    return json.dumps([{each.column: _value(row, each, add) for each in fields} for row in rows], cls=DjangoJSONEncoder)


def _value(row: Any, each: Any, add: bool) -> Any:
    value = each.pre_save(row, add) if add else getattr(row, each.attname)
    return value if isinstance(each, JSONField) else each.get_prep_value(value)
