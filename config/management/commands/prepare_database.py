from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError

from config.database_roles import APP, DISPATCH, OWNER, RolePasswords, prepare_cluster


class Command(BaseCommand):
    help = (
        "Create the roles, the database and the extensions on a Postgres server; may be repeated. "
        "Takes the passwords from DATABASE_URL, DATABASE_OWNER_URL and DATABASE_DISPATCH_URL."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--admin-url",
            default=os.environ.get("DATABASE_ADMIN_URL"),
            help="a superuser's postgresql:// address (default: DATABASE_ADMIN_URL)",
        )

    def handle(self, *args: Any, admin_url: str | None, **options: Any) -> None:
        if not admin_url:
            raise CommandError("Say --admin-url, or set DATABASE_ADMIN_URL.")
        passwords = RolePasswords(
            owner=_password("DATABASE_OWNER_URL", OWNER),
            app=_password("DATABASE_URL", APP),
            dispatch=_password("DATABASE_DISPATCH_URL", DISPATCH),
        )
        database = urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/")
        prepare_cluster(admin_url, database, passwords)
        self.stdout.write(f"Roles and database {database} are ready.")


def _password(variable: str, role: str) -> str:
    address = urlsplit(os.environ.get(variable, ""))
    if address.username != role or not address.password:
        raise CommandError(f"{variable} must name the role {role} and its password.")
    return unquote(address.password)
