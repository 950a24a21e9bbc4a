from __future__ import annotations

from typing import Any

from django.db import models

from accounts.tenancy.fields import UUIDv7
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.scope import current_tenant_id


class TenantModel(models.Model):
    """A row of exactly one tenant. The tenant fills itself in from the scope."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    tenant = models.ForeignKey(
        "accounts.Tenant",
        on_delete=models.CASCADE,
        db_index=False,
        editable=False,
        default=current_tenant_id,
        related_name="+",
    )

    objects: Any = tenant_manager()

    class Meta:
        abstract = True
