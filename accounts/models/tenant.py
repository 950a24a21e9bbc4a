from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.localities import validate_currency, validate_timezone
from accounts.models.choices import Language


class Tenant(models.Model):
    """A company that uses the platform. Its id is the only bigint key of the product."""

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", _("Use a–z, 0–9 and hyphens."))],
    )
    name = models.CharField(max_length=100)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    week_start = models.SmallIntegerField(default=1)
    policies = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone (METRICS.md C1)."""
        return ZoneInfo(self.timezone)

    def today(self) -> date:
        """The local date now."""
        return now().astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which this local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)
