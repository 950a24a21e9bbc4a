from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import Band, Language, MailState, Stage
from accounts.querysets import ContactQuerySet, CustomerQuerySet
from accounts.tenancy.fields import TenantForeignKey, TenantOneToOneField
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel


class Customer(TenantModel):
    """A company that buys from the tenant: the unit that every metric counts (METRICS.md C11)."""

    external_id = models.CharField(_("external id"), max_length=200, null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    name_lc = models.GeneratedField(
        expression=Lower("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.ONBOARDING)
    tier = models.CharField(_("tier"), max_length=50, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    acquisition_channel = models.CharField(_("acquisition channel"), max_length=100, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices, blank=True)
    csm = TenantForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    signed_up_on = models.DateField(_("signed up on"), null=True, blank=True)
    is_test = models.BooleanField(_("test account"), default=False)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = tenant_manager(CustomerQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "external_id"], name="customer_external_id")]
        indexes = [
            models.Index(fields=["tenant", "name_lc", "id"], name="customer_by_name"),
            models.Index(fields=["tenant", "stage", "name_lc", "id"], name="customer_by_stage"),
            models.Index(fields=["tenant", "csm", "name_lc", "id"], name="customer_by_csm"),
            models.Index(fields=["tenant", "tier", "name_lc", "id"], name="customer_by_tier"),
            models.Index(fields=["tenant", "updated_at", "id"], name="customer_by_update"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerStanding(TenantModel):
    """What the apps above last said of a customer: the narrow row that lists sort and filter by.

    Only types whose comparisons are leakproof, so that indexes serve under row-level security.
    Writers update in one statement per tenant, and only rows that differ.
    """

    computed = True  # by the apps above; comes and goes with its customer

    id = None  # type: ignore[assignment]  # shares the key of its customer
    customer = TenantOneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    mrr_cents = models.BigIntegerField(default=0)  # minor units of the tenant's currency
    plan = models.CharField(max_length=100, blank=True)
    first_paid_on = models.DateField(null=True)
    renewal_on = models.DateField(null=True)
    churned_on = models.DateField(null=True)
    health_score = models.SmallIntegerField(null=True)
    health_band = models.CharField(max_length=8, choices=Band.choices, default=Band.UNKNOWN)
    health_trend = models.SmallIntegerField(null=True)
    health_reason = models.CharField(max_length=200, blank=True)
    coverage = models.SmallIntegerField(null=True)  # per cent
    risk = models.SmallIntegerField(null=True)  # per cent
    last_seen_on = models.DateField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    open_tickets = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "mrr_cents", "customer"], name="standing_by_mrr"),
            models.Index(fields=["tenant", "health_score", "customer"], name="standing_by_score"),
            models.Index(fields=["tenant", "health_band", "mrr_cents", "customer"], name="standing_by_band"),
            models.Index(fields=["tenant", "renewal_on", "customer"], name="standing_by_renewal"),
            models.Index(fields=["tenant", "last_seen_on", "customer"], name="standing_by_last_seen"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class Contact(TenantModel):
    """A person at a customer. Identified before its company is known, it may stand alone for a while."""

    external_id = models.CharField(_("external id"), max_length=200, null=True, blank=True)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="contacts")
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_champion = models.BooleanField(_("champion"), default=False)
    subscriptions = models.JSONField(_("e-mail categories"), default=dict, blank=True)  # category -> wanted?
    mail_state = models.CharField(max_length=16, choices=MailState.choices, default=MailState.OK)
    traits = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = tenant_manager(ContactQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "external_id"], name="contact_external_id")]
        indexes = [
            models.Index(fields=["tenant", "customer", "id"], name="contact_of_customer"),
            models.Index("tenant", Lower("email"), name="contact_by_email"),
            models.Index(fields=["tenant", "updated_at", "id"], name="contact_by_update"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id or str(self.pk)
