"""Rows by the hundred thousand. The serving role cannot COPY under row-level security; unnest is as quick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

CHUNK = 50_000


def insert_columns(table: str, columns: dict[str, tuple[str, Sequence[Any]]]) -> int:
    """Insert parallel columns, given as name -> (SQL type, values); conflicts are left as they are."""
    names = ", ".join(columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    statement = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    values = [list(column) for _, column in columns.values()]
    total = len(values[0]) if values else 0
    with connection.cursor() as cursor:
        for start in range(0, total, CHUNK):
            cursor.execute(statement, [column[start : start + CHUNK] for column in values])
    return total
