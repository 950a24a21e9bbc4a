from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "health"
    verbose_name = _("Health")

    def ready(self) -> None:
        import_module("health.sources.builtin")
        import_module("health.usage.panels")
        for module in ("sources.builtin", "panels"):
            import_module(f"health.{module}")
