from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import connection


@pytest.fixture
def owner_cursor(db: None) -> Iterator[Any]:
    """A cursor of the role that owns the tables; whatever it does is rolled back."""
    address = urlsplit(os.environ["DATABASE_OWNER_URL"])
    owner = psycopg2.connect(urlunsplit(address._replace(path="/" + str(connection.settings_dict["NAME"]))))
    try:
        with owner.cursor() as cursor:
            cursor.execute("SET lock_timeout = '15s'")
            yield cursor
    finally:
        owner.rollback()
        owner.close()
