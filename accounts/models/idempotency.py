from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.models import TenantModel


class IdempotencyKey(TenantModel):
    """The answer that a write was given, kept for a day so that its repetition gets the same one."""

    api_key = TenantForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "api_key", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["tenant", "created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
