"""Forgetting who somebody was: what was done stays counted, under a name that leads to nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import connection

from health.usage.alone import write_alone

ERASED = "erased:"

_FIND = """
SELECT DISTINCT user_ref FROM (
    SELECT user_ref FROM health_user UNION ALL SELECT user_ref FROM health_membership
    UNION ALL SELECT user_ref FROM health_alias UNION ALL SELECT previous_ref FROM health_alias
    UNION ALL SELECT user_ref FROM health_event WHERE customer_id IS NULL AND NOT names_customer
) names WHERE encode(sha256(convert_to(user_ref, 'UTF8')), 'hex') = ANY(%(keys)s)
"""
_NAMES = "SELECT previous_ref FROM health_alias WHERE user_ref = ANY(%(names)s)"
_EVENTS = """
UPDATE health_event SET user_ref = %(nobody)s, properties = '{}'
WHERE user_ref = ANY(%(names)s) AND (
    NOT names_customer OR customer_id IN (
        SELECT customer_id FROM health_user WHERE user_ref = ANY(%(names)s)
        UNION SELECT customer_id FROM health_membership WHERE user_ref = ANY(%(names)s)))
"""
_PERSON = (
    "DELETE FROM health_alias WHERE user_ref = ANY(%(names)s)",
    "UPDATE health_membership SET user_ref = %(nobody)s WHERE user_ref = %(name)s",
    """
    UPDATE health_user_day SET user_ref = %(nobody)s WHERE user_ref = %(name)s
      AND customer_id IN (SELECT customer_id FROM health_user WHERE user_ref = %(name)s)
    """,
    "UPDATE health_user SET user_ref = %(nobody)s WHERE user_ref = %(name)s",
)


def user_key(user: str) -> str:
    """How an event of the platform names a user without keeping the name."""
    return hashlib.sha256(user.encode()).hexdigest()


def erase_users(keys: Iterable[str]) -> int:
    """Erase the users with these keys and every other name of theirs; how many they were."""
    write_alone()
    found = [row[0] for row in _rows(_FIND, {"keys": list(keys)})]
    for name in found:
        names = [name, *(row[0] for row in _rows(_NAMES, {"names": [name]}))]
        params = {"names": names, "name": name, "nobody": f"{ERASED}{uuid4()}"}
        with connection.cursor() as cursor:
            for statement in (_EVENTS, *_PERSON):
                cursor.execute(statement, params)
    return len(found)


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
