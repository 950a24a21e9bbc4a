from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import TenantModel


class Reason(models.TextChoices):
    """Why an event could not be stored."""

    INVALID = "invalid", _("A field has the wrong type")
    UNKNOWN_TYPE = "unknown_type", _("The type is none of track, identify, group, page, screen, alias")
    MISSING_FIELD = "missing_field", _("A required field is missing")
    TOO_LONG = "too_long", _("A field is too long")
    TOO_LARGE = "too_large", _("The event is larger than 32 KiB")
    TOO_DEEP = "too_deep", _("The event is nested too deeply")
    BAD_TEXT = "bad_text", _("Text holds a NUL or half a surrogate pair")
    BAD_NUMBER = "bad_number", _("A number is out of range")
    BAD_TIMESTAMP = "bad_timestamp", _("The timestamp is no ISO 8601 time")
    OUT_OF_RANGE = "out_of_range", _("The timestamp lies before 2000 or more than 30 days ahead")
    FAILED = "failed", _("The event could not be stored")


class DeadLetter(TenantModel):
    """An event that was refused inside a batch that was accepted: as it came, with the reason, and it can be replayed."""

    reason = models.CharField(max_length=16, choices=Reason.choices)
    detail = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=300, blank=True)
    call = models.CharField(max_length=8)
    payload = models.TextField()  # JSON text; need not be valid for Postgres
    received_at = models.DateTimeField(default=now)
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "-id"], name="dead_letter_newest")]

    def __str__(self) -> str:
        return f"{self.reason} {self.message_id}"
