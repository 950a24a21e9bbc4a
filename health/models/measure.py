from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel


class Measure(TenantModel):
    """A measure that integrations feed. It comes into being with its first value or its first scorecard."""

    key = models.CharField(_("key"), max_length=64)
    name = models.CharField(_("name"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="measure_key")]

    def __str__(self) -> str:
        return self.name or self.key
