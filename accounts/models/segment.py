from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from accounts.models.customer import Customer
from accounts.segment_rules import compiled_rule
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.models import TenantModel


class Segment(TenantModel):
    """A saved filter over customers. `rule` is checked and compiled by `accounts.segment_rules`."""

    external_id = models.CharField(max_length=200, null=True, blank=True)
    name = models.CharField(max_length=100)
    rule = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="segment_external_id"),
            models.UniqueConstraint(fields=["tenant", "name"], name="segment_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def customers(self) -> models.QuerySet[Customer]:
        """Who belongs today."""
        found: models.QuerySet[Customer] = Customer.objects.filter(compiled_rule(self.rule))
        return found


class SavedView(TenantModel):
    """A list as somebody likes it: filters, columns, order. Private unless shared."""

    owner = TenantForeignKey("accounts.Membership", on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    query = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "owner", "page", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name
