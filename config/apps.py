from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

from config import celery
from config.role_guard import refuse_privileged_role


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        celery.app.set_current()
        if settings.REFUSE_PRIVILEGED_ROLES:
            connection_created.connect(refuse_privileged_role)
