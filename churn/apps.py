from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChurnConfig(AppConfig):
    name = "churn"
    verbose_name = _("Churn")

    def ready(self) -> None:
        for module in ("definitions", "panels"):
            import_module(f"churn.{module}")
