from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from config.owner import as_owner

_LOCK = 0x7065_7265_6E  # one number for all who migrate this database


class Command(migrate.Command):
    """Django's own command, as the role that owns the tables; a second one waits for the first."""

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        with as_owner(alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # held until as_owner closes the connection
            super().handle(*args, **options)
