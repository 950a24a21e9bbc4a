from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Stage, TenantModel
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from health import definition


class ScorecardQuerySet(models.QuerySet[Any]):
    def in_use(self) -> ScorecardQuerySet:
        """In the order in which a customer's stage looks for its scorecard: the first match wins."""
        return self.filter(archived_at=None).order_by("priority", "created_at", "id")


class Scorecard(TenantModel):
    """How customers of some stages are judged. Without stages it serves every stage that no other one takes."""

    external_id = models.CharField(_("external id"), max_length=200, null=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    stages = ArrayField(models.CharField(max_length=12, choices=Stage.choices), default=list, blank=True)
    priority = models.SmallIntegerField(_("priority"), default=100)
    version = models.PositiveIntegerField(default=0)  # number of the newest
    created_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True)

    objects = tenant_manager(ScorecardQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "external_id"], name="scorecard_external_id")]

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(TenantModel):
    """What a scorecard said from one publication to the next. Never changed: every past score points here."""

    scorecard = TenantForeignKey(Scorecard, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    stages = ArrayField(models.CharField(max_length=12), default=list)
    priority = models.SmallIntegerField()
    document = models.JSONField()  # canonical, see health.definition
    note = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(default=now, editable=False)
    published_by = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "scorecard", "number"], name="scorecard_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.scorecard} {self.number}"

    @property
    def definition(self) -> definition.Definition:
        return definition.load(self.document)


class HealthReference(TenantModel):
    """The median sub-scores of the customers under one version, from this day on: what contributions compare with."""

    version = TenantForeignKey(ScorecardVersion, on_delete=models.CASCADE, related_name="references")
    day = models.DateField()
    medians = ArrayField(models.IntegerField())  # in the version's order; -1 where nobody has a value
    customers = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "version", "day"], name="health_reference_of_day")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.day}"
