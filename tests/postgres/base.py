"""Postgres backend of the tests: between two transactional tests the owner empties the tables.

The tests run as the serving role, which may not truncate. Only tables that hold something are
emptied, so that a test pays for what it wrote.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db.backends.postgresql import base, operations
from psycopg2 import sql

_KEPT = ["django_migrations", "django_content_type", "auth_permission", "django_site"]
_FILLED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND pg_relation_size(oid) > 0 AND NOT relname = ANY(%s)
    ORDER BY relname
"""


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: Sequence[str]) -> None:
        address = urlsplit(os.environ["DATABASE_OWNER_URL"])
        dsn = urlunsplit(address._replace(path="/" + self.connection.settings_dict["NAME"]))
        owner = psycopg2.connect(dsn)
        try:
            with owner, owner.cursor() as cursor:
                cursor.execute("SET lock_timeout = '15s'")
                cursor.execute(_FILLED, [_KEPT])
                tables = [sql.Identifier(name) for (name,) in cursor.fetchall()]
                if tables:
                    names = sql.SQL(", ").join(tables)
                    cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
        finally:
            owner.close()


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
