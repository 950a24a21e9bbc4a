from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from accounts.tenancy.models import TenantModel


class AuditEntry(TenantModel):
    """Who changed what, from where, before and after. The application can add entries, never alter them."""

    at = models.DateTimeField(default=now)
    actor_kind = models.CharField(max_length=12)  # user | api_key | system
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["tenant", "object_type", "object_id", "-at"], name="audit_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
