from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    POLISH = "pl", "Polski"
    NORWEGIAN = "nb", "Norsk bokmål"
    RUSSIAN = "ru", "Русский"


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    CSM = "csm", _("CSM")
    SUPPORT = "support", _("Support agent")
    AUTHOR = "author", _("Content author")
    VIEWER = "viewer", _("Viewer")


class Stage(models.TextChoices):
    TRIAL = "trial", _("Trial")
    ONBOARDING = "onboarding", _("Onboarding")
    ADOPTING = "adopting", _("Adopting")
    ESTABLISHED = "established", _("Established")
    RENEWING = "renewing", _("Renewing")
    LEAVING = "leaving", _("Leaving")
    CHURNED = "churned", _("Churned")


class Interval(models.TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR = "half_year", _("Half-year")
    YEAR = "year", _("Year")


class SubscriptionStatus(models.TextChoices):
    TRIALING = "trialing", _("Trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Past due")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")


class Band(models.TextChoices):
    GREEN = "green", _("Healthy")
    YELLOW = "yellow", _("Watch")
    RED = "red", _("At risk")
    UNKNOWN = "unknown", _("Unknown")


class MailState(models.TextChoices):
    OK = "ok", _("Reachable")
    SOFT_BOUNCED = "soft_bounced", _("Soft bounce")
    SUPPRESSED = "suppressed", _("Suppressed")
    COMPLAINED = "complained", _("Complained")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
