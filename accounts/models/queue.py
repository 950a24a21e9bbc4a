from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import TenantModel


class DomainEvent(TenantModel):
    """Something that happened, recorded in the transaction that did it; apps above react after commit."""

    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["tenant", "kind", "at"], name="domain_event_by_kind")]

    def __str__(self) -> str:
        return self.kind


class JobState(models.TextChoices):
    DUE = "due", _("Waiting")
    CLAIMED = "claimed", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Failed")


class Job(TenantModel):
    """Work to do at a time. Postgres is the queue of record; Celery only carries ids of due jobs."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    run_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.DUE)
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    progress = models.SmallIntegerField(default=0)  # per cent
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "key"], name="job_once")]
        indexes = [
            models.Index(fields=["run_at"], name="job_due", condition=models.Q(state__in=["due", "claimed"])),
            models.Index(fields=["tenant", "kind", "-created_at"], name="job_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in (JobState.DUE, JobState.CLAIMED)


class PumpBeat(models.Model):
    """The last sign of life of one pump, with what it saw of the queues. Belongs to no tenant."""

    name = models.CharField(primary_key=True, max_length=200)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    lag_seconds = models.FloatField(default=0)  # of the oldest due row that no pump has published yet
    figures = models.JSONField(default=dict)  # queue → {due, claimed, unsure, oldest_seconds}; published, errors

    def __str__(self) -> str:
        return self.name
