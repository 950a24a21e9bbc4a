"""The migration operation that raises the second wall: row-level security, grants and composite foreign keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

TENANT = "tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::bigint)"


def secure_table_sql(table: str, *, append_only: bool = False) -> Iterator[str]:
    """Statements that may be repeated: RLS on and forced, one policy, least grants, tenant id filled in."""
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield f'DROP POLICY IF EXISTS tenant ON "{table}"'
    yield f'CREATE POLICY tenant ON "{table}" TO perennial_app, perennial_owner USING ({TENANT}) WITH CHECK ({TENANT})'
    yield (
        f'ALTER TABLE "{table}" ALTER COLUMN tenant_id '
        "SET DEFAULT NULLIF(current_setting('app.tenant_id', true), '')::bigint"
    )
    yield f'REVOKE ALL ON "{table}" FROM perennial_app'
    rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    yield f'GRANT {rights} ON "{table}" TO perennial_app'


class SecureTenantTables(Operation):
    """Put it last in every migration that creates tenant tables or keys between them; it is idempotent.

    `extra` names tables made in plain SQL; `append_only` tables get no UPDATE or DELETE grant.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, extra: Sequence[str] = (), append_only: Sequence[str] = ()) -> None:
        self.extra = list(extra)
        self.append_only = list(append_only)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [], {"extra": self.extra, "append_only": self.append_only}

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass

    def describe(self) -> str:
        return "Raise row-level security, grants and composite keys on tenant tables"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        models = [m for m in to_state.apps.get_app_config(app_label).get_models() if _is_tenant_model(m)]
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            kept = _append_only_tables(cursor)
            for table in [m._meta.db_table for m in models] + self.extra:
                for statement in secure_table_sql(table, append_only=table in {*self.append_only, *kept}):
                    cursor.execute(statement)
            for model in models:
                _add_constraint(cursor, model._meta.db_table, f"{model._meta.db_table}_tenant_key", _key_sql(model))
            for table, name, sql in _composite_keys(models):
                _add_constraint(cursor, table, name, sql)


def _is_tenant_model(model: Any) -> bool:
    return any(field.name == "tenant" for field in model._meta.local_fields) and model._meta.managed


def _key_sql(model: Any) -> str:
    return f'UNIQUE (tenant_id, "{model._meta.pk.column}")'


def _composite_keys(models: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    for model in models:
        table = model._meta.db_table
        for field in model._meta.local_fields:
            target = field.remote_field.model if field.remote_field else None
            if target is None or field.name == "tenant" or not _is_tenant_model(target):
                continue
            sql = (
                f'FOREIGN KEY (tenant_id, "{field.column}") '
                f'REFERENCES "{target._meta.db_table}" (tenant_id, "{target._meta.pk.column}") '
                "DEFERRABLE INITIALLY IMMEDIATE"
            )
            yield table, f"{table}_{field.column}_same_tenant"[:63], sql


def _append_only_tables(cursor: Any) -> set[str]:
    """Tables an earlier migration made append-only stay so when a later one repeats the operation."""
    cursor.execute(
        "SELECT table_name FROM information_schema.role_table_grants "
        "WHERE grantee = 'perennial_app' AND table_schema = current_schema() "
        "GROUP BY 1 HAVING NOT bool_or(privilege_type = 'UPDATE') AND bool_or(privilege_type = 'INSERT')"
    )
    return {row[0] for row in cursor.fetchall()}


def _add_constraint(cursor: Any, table: str, name: str, sql: str) -> None:
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass", [name, f'"{table}"'])
    if cursor.fetchone() is None:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {sql}')
