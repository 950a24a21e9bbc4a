from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel
from engagement.querysets import ActivityQuerySet


class ActivityKind(models.TextChoices):
    NOTE = "note", _("Note")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Chat")
    TASK = "task", _("Task")
    SUBSCRIPTION = "subscription", _("Subscription")
    HEALTH = "health", _("Health")
    MILESTONE = "milestone", _("Milestone")
    SYSTEM = "system", _("System")


CONTACTS_WITH_A_PERSON = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL, ActivityKind.CHAT)


class Activity(TenantModel):
    """One thing that happened with a customer, on the timeline that everybody who faces it reads."""

    external_id = models.CharField(max_length=200, null=True, blank=True)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="activities")
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=ActivityKind.choices)
    occurred_at = models.DateTimeField(default=now)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    code = models.CharField(max_length=64, blank=True)  # what the system says; translated when shown
    params = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    author = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")
    is_pinned = models.BooleanField(default=False)
    dedupe_key = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField(default=now, editable=False)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = tenant_manager(ActivityQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="activity_external_id"),
            models.UniqueConstraint(fields=["tenant", "dedupe_key"], name="activity_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "-occurred_at", "-id"], name="activity_timeline"),
            models.Index(fields=["tenant", "-occurred_at", "-id"], name="activity_newest"),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()
