from __future__ import annotations

from typing import Any

from django.db import models
from django_scopes import ScopedManager


def tenant_manager(queryset: type[models.QuerySet[Any]] = models.QuerySet) -> Any:
    """`objects` of a tenant model: every query without a tenant in scope raises."""
    return ScopedManager(tenant="tenant", _manager_class=models.Manager.from_queryset(queryset))
