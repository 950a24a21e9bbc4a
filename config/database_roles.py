"""The four Postgres roles of the product and its database; safe to repeat.

owner migrates, app serves, dispatch scans the queues, search owns the search functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, make_dsn, parse_dsn

OWNER, APP, DISPATCH, SEARCH = (
    "perennial_owner",
    "perennial_app",
    "perennial_dispatch",
    "perennial_search",
)
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin", "citext")
_UNPRIVILEGED = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION"
_ROLES = {
    OWNER: f"LOGIN CREATEDB {_UNPRIVILEGED}",
    APP: f"LOGIN NOCREATEDB {_UNPRIVILEGED}",
    DISPATCH: f"LOGIN NOCREATEDB {_UNPRIVILEGED}",
    SEARCH: f"NOLOGIN NOCREATEDB {_UNPRIVILEGED}",
}


@dataclass(frozen=True)
class RolePasswords:
    owner: str
    app: str
    dispatch: str


def prepare_cluster(admin_dsn: str, database: str, passwords: RolePasswords) -> None:
    """Create or correct roles, database and extensions.

    The template database gets the extensions too, so that test databases have them.
    """
    admin = _connect(admin_dsn)
    try:
        _prepare_roles(admin, passwords)
        _prepare_database(admin, database)
    finally:
        admin.close()
    for name in (database, "template1"):
        target = _connect(admin_dsn, name)
        try:
            _prepare_extensions(target)
        finally:
            target.close()


def _connect(dsn: str, database: str | None = None) -> connection:
    parts = parse_dsn(dsn) | ({"dbname": database} if database else {})
    opened = psycopg2.connect(make_dsn(**parts, connect_timeout=10))
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return opened


def _prepare_roles(admin: connection, passwords: RolePasswords) -> None:
    known = {OWNER: passwords.owner, APP: passwords.app, DISPATCH: passwords.dispatch}
    with admin.cursor() as cursor:
        for role, attributes in _ROLES.items():
            name = sql.Identifier(role)
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
            cursor.execute(sql.SQL("ALTER ROLE {} " + attributes).format(name))
            if role in known:
                cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(known[role])))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SEARCH), sql.Identifier(OWNER)))


def _prepare_database(admin: connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))


def _prepare_extensions(target: connection) -> None:
    with target.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
