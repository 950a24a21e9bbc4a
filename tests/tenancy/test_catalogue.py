"""Every table stands behind the wall, and the rules notice one that does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from accounts.tenancy.operations import secure_table_sql
from tests.tenancy import reviewed
from tests.tenancy.catalogue import RULES, TABLES, names

WALLED = "CREATE TABLE smuggled (tenant_id bigint NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))"


def wall(cursor: Any, *, append_only: bool = False) -> None:
    cursor.execute(WALLED)
    for statement in secure_table_sql("smuggled", append_only=append_only):
        cursor.execute(statement)


@pytest.mark.parametrize("name", RULES)
def test_catalogue(owner_cursor: Any, name: str) -> None:
    assert RULES[name](owner_cursor) == []


def test_properly_walled_table_passes_every_rule(owner_cursor: Any) -> None:
    wall(owner_cursor)
    assert {name: found for name, check in RULES.items() if (found := check(owner_cursor))} == {}


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        ("tables_without_a_tenant_are_reviewed", "ALTER TABLE smuggled DROP COLUMN tenant_id CASCADE"),
        ("row_level_security_is_on_and_forced", "ALTER TABLE smuggled DISABLE ROW LEVEL SECURITY"),
        ("row_level_security_is_on_and_forced", "ALTER TABLE smuggled NO FORCE ROW LEVEL SECURITY"),
        ("tenant_column_fills_itself_in_and_is_never_null", "ALTER TABLE smuggled ALTER tenant_id DROP DEFAULT"),
        ("every_tenant_table_has_the_tenant_policy", "DROP POLICY tenant ON smuggled"),
        ("every_tenant_table_has_the_tenant_policy", "ALTER POLICY tenant ON smuggled USING (true)"),
        ("every_tenant_table_has_the_tenant_policy", "ALTER POLICY tenant ON smuggled WITH CHECK (tenant_id > 0)"),
        ("other_policies_are_reviewed", "CREATE POLICY more ON smuggled USING (true)"),
        ("indexes_begin_with_the_tenant", "CREATE INDEX ON smuggled (id)"),
        ("indexes_begin_with_the_tenant", "ALTER TABLE smuggled ADD UNIQUE (id)"),
        (
            "primary_keys_lead_with_the_tenant_or_have_a_twin_that_does",
            "ALTER TABLE smuggled DROP CONSTRAINT smuggled_pkey, ADD PRIMARY KEY (id)",
        ),
        (
            "foreign_keys_between_tenant_tables_carry_the_tenant",
            "ALTER TABLE smuggled ADD customer_id uuid REFERENCES accounts_customer (id)",
        ),
        (
            "foreign_keys_out_of_the_tenant_are_reviewed",
            "ALTER TABLE smuggled ADD group_id integer REFERENCES auth_group (id)",
        ),
        ("serving_role_has_least_grants", "GRANT TRUNCATE ON smuggled TO perennial_app"),
        ("nobody_else_has_grants_on_tenant_tables", "GRANT SELECT (id) ON smuggled TO perennial_dispatch"),
        ("nobody_else_has_grants_on_tenant_tables", "GRANT SELECT ON smuggled TO PUBLIC"),
        ("no_sequences_on_tenant_tables", "ALTER TABLE smuggled ADD number integer GENERATED ALWAYS AS IDENTITY"),
        ("views_ask_with_the_readers_rights", "CREATE VIEW peep AS SELECT * FROM smuggled"),
        ("views_ask_with_the_readers_rights", "CREATE MATERIALIZED VIEW peep AS SELECT * FROM smuggled"),
        (
            "definer_functions_are_reviewed_and_closed",
            "CREATE FUNCTION peep() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM smuggled'",
        ),
    ],
)
def test_mistake_is_noticed(owner_cursor: Any, rule: str, mistake: str) -> None:
    wall(owner_cursor)
    owner_cursor.execute(mistake)
    assert RULES[rule](owner_cursor) != []


def test_grant_on_a_partition_is_noticed(owner_cursor: Any) -> None:
    owner_cursor.execute("CREATE TABLE smuggled (tenant_id bigint, day date) PARTITION BY RANGE (day)")
    owner_cursor.execute("CREATE TABLE smuggled_all PARTITION OF smuggled DEFAULT")
    owner_cursor.execute("GRANT SELECT ON smuggled_all TO perennial_app")
    assert RULES["partitions_have_no_grants"](owner_cursor) == ["smuggled_all perennial_app"]


def test_every_key_between_models_is_a_constraint_too(owner_cursor: Any) -> None:
    missing = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            target = field.remote_field.model if field.remote_field else None
            if target is None or field.name == "tenant" or "tenant" not in _names(target) or not model._meta.managed:
                continue
            owner_cursor.execute(
                "SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
                " AND confrelid = %s::regclass AND pg_get_constraintdef(oid) LIKE %s",
                [
                    f'"{model._meta.db_table}"',
                    f'"{target._meta.db_table}"',
                    f"FOREIGN KEY (tenant_id, {field.column}) REFERENCES%(tenant_id, %",
                ],
            )
            missing += [] if owner_cursor.fetchone() else [f"{model.__name__}.{field.name}"]
    assert missing == []


def test_reviewed_lists_name_only_what_exists(owner_cursor: Any) -> None:
    existing = set(names(owner_cursor, f"SELECT relname FROM ({TABLES}) t"))
    indexes = set(names(owner_cursor, "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"))
    policies = set(names(owner_cursor, "SELECT tablename, policyname FROM pg_policies"))
    functions = set(names(owner_cursor, "SELECT proname FROM pg_proc WHERE prosecdef"))
    listed = {*reviewed.SHARED_TABLES, *reviewed.APPEND_ONLY, *reviewed.DISPATCH_TABLES}
    assert listed <= existing and set(reviewed.INDEXES) <= indexes
    assert {" ".join(pair) for pair in reviewed.POLICIES} <= policies
    assert set(reviewed.DEFINER_FUNCTIONS) <= functions


def _names(model: Any) -> set[str]:
    return {field.name for field in model._meta.local_fields}
