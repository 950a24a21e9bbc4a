from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.models import TenantModel


class FeatureKind(models.TextChoices):
    BASIC = "basic", _("Basic")
    STICKY = "sticky", _("Sticky")
    UNCLASSIFIED = "unclassified", _("Unclassified")


class EventRole(models.TextChoices):
    """What an event says about adoption. Only actions make a user active (METRICS.md 7)."""

    ACTION = "action", _("Action")
    LOGIN = "login", _("Log-in")
    IGNORED = "ignored", _("Ignored")


class Feature(TenantModel):
    """A part of the tenant's product, whose use is shown by the named events, or else by those called like it."""

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=FeatureKind.choices, default=FeatureKind.UNCLASSIFIED)
    events = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("events"))
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="feature_key")]

    def __str__(self) -> str:
        return self.name


class EventType(TenantModel):
    """A name under which usage events arrive; written down when it is first seen."""

    event = models.CharField(_("event"), max_length=200, db_collation="C")
    slug = models.CharField(max_length=200, db_collation="C")  # lower case, one _ for anything else
    role = models.CharField(_("counts as"), max_length=7, choices=EventRole.choices, default=EventRole.ACTION)
    feature = TenantForeignKey(
        Feature, on_delete=models.SET_NULL, null=True, blank=True, related_name="event_types", verbose_name=_("feature")
    )
    first_seen_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "event"], name="event_type_name")]
        indexes = [models.Index(fields=["tenant", "slug"], name="event_type_by_slug")]

    def __str__(self) -> str:
        return self.event
