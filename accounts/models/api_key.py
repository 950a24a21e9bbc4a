from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.querysets import ApiKeyQuerySet
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel


class Scope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Write")
    INGEST = "ingest", _("Send events")
    ADMIN = "admin", _("Administer")


class ApiKey(TenantModel):
    """A key of an integration. It is shown once; only its SHA-256 and a visible prefix stay."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=24)
    key_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope.choices))
    is_write_key = models.BooleanField(default=False)
    created_by = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = tenant_manager(ApiKeyQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key_hash"], name="api_key_hash")]

    def __str__(self) -> str:
        return self.name
