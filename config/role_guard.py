"""Refuses to work on a connection that row-level security would not bind."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from config.owner import acting_as_owner

_MAY_BYPASS = """
    SELECT current_user, rolsuper OR rolbypassrls OR EXISTS (
        SELECT 1 FROM pg_class
        WHERE relname = 'accounts_tenant' AND pg_has_role(current_user, relowner, 'MEMBER')
    ) FROM pg_roles WHERE rolname = current_user
"""


def refuse_privileged_role(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: one cheap question per new connection."""
    if connection.alias not in settings.DATABASES or acting_as_owner():
        return
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BYPASS)
        role, privileged = cursor.fetchone()
    if privileged:
        connection.close()
        raise ImproperlyConfigured(
            f"The role {role} is a superuser, bypasses row-level security or owns the tables. "
            "DATABASE_URL and DATABASE_DISPATCH_URL must name unprivileged roles."
        )
