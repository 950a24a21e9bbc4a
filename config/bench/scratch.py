"""A database of its own for a measurement, made by the owner and dropped when the process ends."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections


@contextmanager
def scratch_database() -> Iterator[str]:
    """Inside, the default connection leads to an empty, migrated database; the same one each time in a process."""
    name = _made()
    with _connected_to(name):
        yield name


def as_owner(statement: str, database: str = "") -> None:
    """Run a statement outside a transaction as the role that owns the tables."""
    address = urlsplit(settings.DATABASE_OWNER_URL)
    owner = psycopg2.connect(urlunsplit(address._replace(path="/" + database) if database else address))
    try:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(statement)
    finally:
        owner.close()


@cache
def _made() -> str:
    name = f"perennial_bench_{os.getpid()}"
    as_owner(f"CREATE DATABASE {name}")
    atexit.register(as_owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with _connected_to(name):
        call_command("migrate", verbosity=0)
    return name


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
