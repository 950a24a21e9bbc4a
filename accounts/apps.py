from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in (
            "services.invitation_mail",
            "rest.idempotency",
            "imports.standard",
            "imports.jobs",
            "services.exports",
        ):
            import_module(f"accounts.{module}")
        post_migrate.connect(grant_global_tables)
        autodiscover_modules("tasks", "subscriptions", "panels")  # jobs, reactions, panels of the customer page


def grant_global_tables(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Tables that belong to no tenant (people, log-ins, sessions) get ordinary rights for the serving role."""
    models = sender.get_models(include_auto_created=True)
    tables = [m._meta.db_table for m in models if m._meta.managed and not _is_tenant_table(m)]
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != "perennial_owner":
            return  # a flush between tests, as the serving role
        for table in tables:
            cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO perennial_app')
        cursor.execute("GRANT SELECT ON django_migrations TO perennial_app, perennial_dispatch")


def _is_tenant_table(model: Any) -> bool:
    return any(field.name == "tenant" for field in model._meta.local_fields)
