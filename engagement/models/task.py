from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel
from engagement.querysets import TaskQuerySet


class Signal(models.TextChoices):
    """Why the product says that a customer needs somebody today."""

    HEALTH_RED = "health_red", _("Health is red")
    HEALTH_FALLING = "health_falling", _("Health is falling")
    RENEWAL_NEAR = "renewal_near", _("Renewal is near")
    SILENT = "silent", _("No contact for a long time")
    UNUSED = "unused", _("Product not used")
    LEAVING = "leaving", _("Cancellation is scheduled")


class Task(TenantModel):
    """Something a colleague should do, usually for a customer. Done is a moment and a person, not a flag."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    owner = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("details"), blank=True)
    due_on = models.DateField(_("due"))
    signal = models.CharField(max_length=16, choices=Signal.choices, blank=True)
    source = models.CharField(max_length=16, default="manual")  # manual | signal | alert | playbook
    dedupe_key = models.CharField(max_length=200, null=True)
    created_by = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    done_at = models.DateTimeField(null=True)
    done_by = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = tenant_manager(TaskQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "dedupe_key"], name="task_once")]
        indexes = [
            models.Index(fields=["tenant", "owner", "due_on"], name="task_open", condition=models.Q(done_at=None)),
            models.Index(fields=["tenant", "customer", "-created_at"], name="task_of_customer"),
            models.Index(fields=["tenant", "-done_at"], name="task_done"),
        ]

    def __str__(self) -> str:
        return self.title


class Dismissal(TenantModel):
    """A colleague looked at a signal and says: not now. It stays quiet until the date."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="dismissals")
    signal = models.CharField(max_length=16, choices=Signal.choices)
    until_on = models.DateField()
    by = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "customer", "signal"], name="dismissal_once")]

    def __str__(self) -> str:
        return f"{self.signal} {self.until_on}"
