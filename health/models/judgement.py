from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, TenantModel
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager


class OverrideQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> OverrideQuerySet:
        return self.filter(ended_at=None, expires_on__gte=day)

    def known_by(self, moment: datetime) -> OverrideQuerySet:
        return self.filter(created_at__lt=moment).filter(Q(ended_at=None) | Q(ended_at__gte=moment))


class HealthOverride(TenantModel):
    """A person's judgement in place of the computed score: with its reason, its author and an end."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="health_overrides")
    score = models.SmallIntegerField(_("score"))
    reason = models.TextField(_("reason"), max_length=1000)
    author = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_on = models.DateField(_("until"))  # the last day on which it holds
    ended_at = models.DateTimeField(null=True)
    ended_by_label = models.CharField(max_length=200, blank=True)

    objects = tenant_manager(OverrideQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "customer"], condition=Q(ended_at=None), name="override_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="override_score"),
        ]
        indexes = [models.Index(fields=["tenant", "customer", "-created_at"], name="override_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.score}"


class HealthDay(TenantModel):
    """The record that a local day is closed: its snapshots are final."""

    day = models.DateField()
    closed_at = models.DateTimeField(default=now)
    customers = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="health_day_once")]

    def __str__(self) -> str:
        return str(self.day)


class AlertKind(models.TextChoices):
    DROP = "drop", _("Lost 15 points or more in 28 days")
    BAND = "band", _("Fell to a lower band")


class HealthAlert(TenantModel):
    """A fall worth a person's attention, raised once."""

    computed = True  # from the snapshots; undoing an import may take it away

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="health_alerts")
    kind = models.CharField(max_length=8, choices=AlertKind.choices)
    day = models.DateField()
    score = models.SmallIntegerField(null=True)
    band = models.CharField(max_length=8)
    band_before = models.CharField(max_length=8, blank=True)
    trend = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "customer", "kind", "day"], name="health_alert_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.day}"
