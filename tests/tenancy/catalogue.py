"""The rules of the second wall, asked of the database's own catalogue. Each rule returns what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.tenancy import reviewed

Rule = Callable[[Any], list[str]]

RULES: dict[str, Rule] = {}

TENANT_POLICY = (
    "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint AS \"nullif\"))"
)
TENANT_DEFAULT = "(NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint"

# Ordinary and partitioned tables of ours; partitions apart, since only their parents are ever named in a query.
TABLES = """
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
           EXISTS (SELECT 1 FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS of_tenant
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
TENANT_TABLES = f"SELECT * FROM ({TABLES}) t WHERE of_tenant AND NOT relispartition"


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


def rows(cursor: Any, sql: str, *params: Any) -> list[Any]:
    cursor.execute(sql, params or None)
    return list(cursor.fetchall())


def names(cursor: Any, sql: str, *params: Any) -> list[str]:
    return [" ".join(str(part) for part in row) for row in rows(cursor, sql, *params)]


@rule
def tables_without_a_tenant_are_reviewed(cursor: Any) -> list[str]:
    found = names(cursor, f"SELECT relname FROM ({TABLES}) t WHERE NOT of_tenant AND NOT relispartition")
    return sorted(set(found) - set(reviewed.SHARED_TABLES))


@rule
def row_level_security_is_on_and_forced(cursor: Any) -> list[str]:
    return names(cursor, f"SELECT relname FROM ({TENANT_TABLES}) t WHERE NOT (relrowsecurity AND relforcerowsecurity)")


@rule
def tenant_column_fills_itself_in_and_is_never_null(cursor: Any) -> list[str]:
    return names(
        cursor,
        f"""
        SELECT t.relname, a.atttypid::regtype, pg_get_expr(d.adbin, d.adrelid) FROM ({TENANT_TABLES}) t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
        LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
        WHERE NOT a.attnotnull OR a.atttypid <> 'bigint'::regtype
           OR pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM %s
        """,
        TENANT_DEFAULT,
    )


@rule
def every_tenant_table_has_the_tenant_policy(cursor: Any) -> list[str]:
    return names(
        cursor,
        f"""
        SELECT t.relname FROM ({TENANT_TABLES}) t WHERE NOT EXISTS (
            SELECT 1 FROM pg_policies p
            WHERE p.schemaname = 'public' AND p.tablename = t.relname AND p.policyname = 'tenant'
              AND p.permissive = 'PERMISSIVE' AND p.cmd = 'ALL' AND p.qual = %s AND p.with_check = %s
              AND p.roles @> '{{perennial_app}}' AND p.roles <@ '{{perennial_app,perennial_owner}}')
        """,
        TENANT_POLICY,
        TENANT_POLICY,
    )


@rule
def other_policies_are_reviewed(cursor: Any) -> list[str]:
    found = rows(
        cursor,
        f"""
        SELECT p.tablename, p.policyname, p.roles::text[], p.cmd FROM pg_policies p
        JOIN ({TENANT_TABLES}) t ON t.relname = p.tablename
        WHERE p.schemaname = 'public' AND p.policyname <> 'tenant'
        """,
    )
    return [
        f"{table} {policy} {roles} {command}"
        for table, policy, roles, command in found
        if (table, policy) not in reviewed.POLICIES or (roles == ["perennial_app"] and command != "SELECT")
    ]


@rule
def indexes_begin_with_the_tenant(cursor: Any) -> list[str]:
    found = rows(
        cursor,
        f"""
        SELECT i.relname, t.relname FROM ({TENANT_TABLES}) t
        JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
        WHERE x.indkey[0] <> a.attnum AND NOT x.indisprimary
        """,
    )
    return [f"{index} on {table}" for index, table in found if index not in reviewed.INDEXES]


@rule
def primary_keys_lead_with_the_tenant_or_have_a_twin_that_does(cursor: Any) -> list[str]:
    """A key on one uuid column is enough when UNIQUE (tenant_id, column) stands beside it."""
    return names(
        cursor,
        f"""
        SELECT t.relname FROM ({TENANT_TABLES}) t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
        WHERE NOT EXISTS (
            SELECT 1 FROM pg_index pk WHERE pk.indrelid = t.oid AND pk.indisprimary AND (
                pk.indkey[0] = a.attnum
                OR pk.indnkeyatts = 1
                AND (SELECT atttypid FROM pg_attribute WHERE attrelid = t.oid AND attnum = pk.indkey[0])
                    = 'uuid'::regtype
                AND EXISTS (
                    SELECT 1 FROM pg_index twin
                    WHERE twin.indrelid = t.oid AND twin.indisunique AND twin.indpred IS NULL
                      AND twin.indkey[0] = a.attnum AND twin.indkey[1] = pk.indkey[0] AND twin.indnkeyatts = 2)))
        """,
    )


@rule
def foreign_keys_between_tenant_tables_carry_the_tenant(cursor: Any) -> list[str]:
    return names(
        cursor,
        f"""
        SELECT k.conname FROM pg_constraint k
        JOIN ({TABLES}) source ON source.oid = k.conrelid
        JOIN ({TABLES}) target ON target.oid = k.confrelid
        WHERE k.contype = 'f' AND target.of_tenant AND NOT COALESCE((
            SELECT source.of_tenant AND s.attname = 'tenant_id' AND f.attname = 'tenant_id'
            FROM pg_attribute s, pg_attribute f
            WHERE s.attrelid = k.conrelid AND s.attnum = k.conkey[1]
              AND f.attrelid = k.confrelid AND f.attnum = k.confkey[1]), false)
        """,
    )


@rule
def foreign_keys_out_of_the_tenant_are_reviewed(cursor: Any) -> list[str]:
    found = rows(
        cursor,
        f"""
        SELECT k.conname, target.relname FROM pg_constraint k
        JOIN ({TENANT_TABLES}) source ON source.oid = k.conrelid
        JOIN ({TABLES}) target ON target.oid = k.confrelid
        WHERE k.contype = 'f' AND NOT target.of_tenant
        """,
    )
    return [name for name, target in found if target not in reviewed.SHARED_TARGETS]


@rule
def tenant_column_points_to_a_tenant(cursor: Any) -> list[str]:
    """High-volume tables in plain SQL may leave the key to the tenant out; model tables have it."""
    return names(
        cursor,
        f"""
        SELECT k.conname FROM pg_constraint k JOIN ({TENANT_TABLES}) t ON t.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
        WHERE k.contype = 'f' AND k.conkey = ARRAY[a.attnum] AND k.confrelid <> 'accounts_tenant'::regclass
        """,
    )


@rule
def serving_role_has_least_grants(cursor: Any) -> list[str]:
    found = rows(
        cursor,
        f"""
        SELECT g.table_name, array_agg(g.privilege_type::text ORDER BY 1)
        FROM information_schema.role_table_grants g JOIN ({TENANT_TABLES}) t ON t.relname = g.table_name
        WHERE g.table_schema = 'public' AND g.grantee = 'perennial_app' GROUP BY 1
        """,
    )
    full, some = {"SELECT", "INSERT", "UPDATE", "DELETE"}, {"SELECT", "INSERT"}
    return [
        f"{table} {rights}"
        for table, rights in found
        if set(rights) - (some if table in reviewed.APPEND_ONLY else full)
    ]


@rule
def nobody_else_has_grants_on_tenant_tables(cursor: Any) -> list[str]:
    """Column grants count; the owner's own rights and the two reviewed roles do not."""
    found = rows(
        cursor,
        f"""
        SELECT DISTINCT g.table_name, g.grantee
        FROM (SELECT table_name, grantee, table_schema FROM information_schema.column_privileges
              UNION SELECT table_name, grantee, table_schema FROM information_schema.role_table_grants) g
        JOIN ({TENANT_TABLES}) t ON t.relname = g.table_name
        WHERE g.table_schema = 'public' AND g.grantee NOT IN ('perennial_app', 'perennial_owner')
        """,
    )
    searched = {table for table, policy in reviewed.POLICIES if policy == "search"}
    allowed = {(table, "perennial_dispatch") for table in reviewed.DISPATCH_TABLES}
    allowed |= {(table, "perennial_search") for table in searched}
    return [f"{table} {grantee}" for table, grantee in found if (table, grantee) not in allowed]


@rule
def partitions_have_no_grants(cursor: Any) -> list[str]:
    return names(
        cursor,
        f"""
        SELECT g.table_name, g.grantee FROM information_schema.role_table_grants g
        JOIN ({TABLES}) t ON t.relname = g.table_name
        WHERE t.relispartition AND g.table_schema = 'public' AND g.grantee <> 'perennial_owner'
        """,
    )


@rule
def no_sequences_on_tenant_tables(cursor: Any) -> list[str]:
    return names(
        cursor,
        f"""
        SELECT s.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
        JOIN ({TABLES}) t ON t.oid = d.refobjid WHERE s.relkind = 'S' AND t.of_tenant
        """,
    )


@rule
def views_ask_with_the_readers_rights(cursor: Any) -> list[str]:
    return names(
        cursor,
        """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
          AND (c.relkind = 'm' OR c.relkind = 'f'
               OR c.relkind = 'v' AND NOT COALESCE(c.reloptions @> '{security_invoker=true}', false))
        """,
    )


@rule
def definer_functions_are_reviewed_and_closed(cursor: Any) -> list[str]:
    found = rows(
        cursor,
        """
        SELECT p.proname, COALESCE(p.proconfig::text LIKE '%%search_path=%%', false),
               has_function_privilege('public', p.oid, 'EXECUTE'), p.proowner::regrole::text
        FROM pg_proc p
        WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') AND %s
        """,
        True,
    )
    return [
        f"{name} owner={owner}"
        for name, has_path, public, owner in found
        if name not in reviewed.DEFINER_FUNCTIONS
        or not has_path
        or public
        or owner != reviewed.DEFINER_OWNERS.get(name, "perennial_search")
    ]


@rule
def roles_have_no_power_over_the_walls(cursor: Any) -> list[str]:
    powers = names(
        cursor,
        """
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'perennial%%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication) AND %s
        """,
        True,
    )
    climbs = names(
        cursor,
        """
        SELECT m.member::regrole, m.roleid::regrole FROM pg_auth_members m
        WHERE m.member::regrole::text IN ('perennial_app', 'perennial_dispatch', 'perennial_search')
        """,
    )
    return powers + climbs


@rule
def serving_role_owns_nothing(cursor: Any) -> list[str]:
    return names(
        cursor,
        """
        SELECT relname FROM pg_class
        WHERE relowner::regrole::text IN ('perennial_app', 'perennial_dispatch')
          AND relnamespace = 'public'::regnamespace
        """,
    )
