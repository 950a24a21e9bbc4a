from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import Interval, SubscriptionStatus
from accounts.models.customer import Customer
from accounts.querysets import SubscriptionQuerySet
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel


class Subscription(TenantModel):
    """One subscription item as first agreed; later facts are changes. `ended_on` is exclusive."""

    external_id = models.CharField(max_length=200, null=True, blank=True)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="subscriptions")
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    unit_amount = models.DecimalField(_("unit price"), max_digits=20, decimal_places=6)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=4, default=Decimal(1))
    interval = models.CharField(_("interval"), max_length=9, choices=Interval.choices, default=Interval.MONTH)
    interval_count = models.PositiveSmallIntegerField(_("every"), default=1)
    discount_percent = models.DecimalField(_("discount %"), max_digits=7, decimal_places=4, default=Decimal(0))
    status = models.CharField(
        _("status"), max_length=9, choices=SubscriptionStatus.choices, default=SubscriptionStatus.ACTIVE
    )
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for leaving"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = tenant_manager(SubscriptionQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="subscription_external_id"),
            models.CheckConstraint(condition=models.Q(unit_amount__gte=0), name="subscription_amount_positive"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="subscription_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(discount_percent__gte=0, discount_percent__lte=100), name="subscription_discount"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="subscription_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "started_on"], name="subscription_of_customer"),
            models.Index(fields=["tenant", "updated_at", "id"], name="subscription_by_update"),
        ]

    def __str__(self) -> str:
        return self.plan or str(self.pk)


class SubscriptionChange(TenantModel):
    """From this local day on, the fields that are not null hold instead."""

    external_id = models.CharField(max_length=200, null=True, blank=True)
    subscription = TenantForeignKey(Subscription, on_delete=models.CASCADE, related_name="changes")
    effective_on = models.DateField()
    unit_amount = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    plan = models.CharField(max_length=100, null=True, blank=True)
    interval = models.CharField(max_length=9, choices=Interval.choices, null=True, blank=True)
    interval_count = models.PositiveSmallIntegerField(null=True, blank=True)
    discount_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    status = models.CharField(max_length=9, choices=SubscriptionStatus.choices, null=True, blank=True)
    currency = models.CharField(max_length=3, null=True, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="subscription_change_external_id")
        ]
        indexes = [models.Index(fields=["tenant", "subscription", "effective_on", "id"], name="change_of_subscription")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.effective_on}"


class FxRate(TenantModel):
    """One unit of `from_currency` is worth `rate` units of `to_currency` from this day on, until the next rate."""

    date = models.DateField()
    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "from_currency", "to_currency", "date"], name="fx_rate_of_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="fx_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.from_currency}/{self.to_currency} {self.date}"
