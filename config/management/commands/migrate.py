from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from config.owner import as_owner


class Command(migrate.Command):
    """Django's own command, as the role that owns the tables."""

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(options["database"]):
            super().handle(*args, **options)
