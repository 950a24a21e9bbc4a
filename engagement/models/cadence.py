from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer, Segment
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel
from engagement.querysets import CadenceQuerySet, EnrolmentQuerySet


class MailCategory(models.TextChoices):
    """What a contact can want or not want, one by one."""

    ONBOARDING = "onboarding", _("Getting started")
    PRODUCT = "product", _("Tips and new features")
    NEWS = "news", _("News")
    SURVEY = "survey", _("Surveys")
    RENEWAL = "renewal", _("Renewal reminders")
    ACCOUNT = "account", _("Notices about the account")

    @classmethod
    def optional(cls) -> list[MailCategory]:
        """Those that a contact may turn off; notices about the account go out as long as there is one."""
        return [category for category in cls if category != cls.ACCOUNT]


class Trigger(models.TextChoices):
    SIGNED_UP = "signed_up", _("Customer signed up")
    CONTACT_ADDED = "contact_added", _("Contact was added")
    SUBSCRIPTION_STARTED = "subscription_started", _("First subscription started")
    RENEWAL = "renewal", _("Renewal (days before it are negative)")
    EVENT = "event", _("Something happened")


def every_weekday() -> list[int]:
    return [1, 2, 3, 4, 5]


class Cadence(TenantModel):
    """A series of mails relative to a day in a customer's life. Active from `activated_at`, paused without it."""

    external_id = models.CharField(max_length=200, null=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    category = models.CharField(
        _("category"), max_length=12, choices=MailCategory.choices, default=MailCategory.ONBOARDING
    )
    trigger = models.CharField(_("starts when"), max_length=24, choices=Trigger.choices, default=Trigger.SIGNED_UP)
    event = models.CharField(_("event"), max_length=64, blank=True)
    segment = TenantForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("only customers of")
    )
    champions_only = models.BooleanField(_("champions only"), default=False)
    stop_on_churn = models.BooleanField(_("stop when the customer leaves"), default=True)
    stop_on_reply = models.BooleanField(_("stop when the contact replies"), default=True)
    starts_on = models.DateField(_("for sign-ups and events from"), null=True, blank=True)
    activated_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(default=now)  # when domain events were last searched for this cadence
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = tenant_manager(CadenceQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="cadence_external_id"),
            models.UniqueConstraint(fields=["tenant", "name"], name="cadence_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.activated_at is not None

    @property
    def written_steps(self) -> list[dict[str, Any]]:
        """The steps as plain values: those of the database until others are set. Setting them saves nothing."""
        kept = self.__dict__.get("_written_steps")
        return kept if kept is not None else [step.as_written() for step in self.steps.all()]

    @written_steps.setter
    def written_steps(self, steps: list[dict[str, Any]]) -> None:
        self.__dict__["_written_steps"] = steps

    @property
    def wanted_active(self) -> bool:
        """Whether it is, or shall be, active. Setting it saves nothing."""
        return bool(self.__dict__.get("_wanted_active", self.is_active))

    @wanted_active.setter
    def wanted_active(self, active: bool) -> None:
        self.__dict__["_wanted_active"] = active


class CadenceStep(TenantModel):
    """One mail of a cadence: the local day, the window of that day, and its words by language."""

    cadence = TenantForeignKey(Cadence, on_delete=models.CASCADE, related_name="steps")
    position = models.SmallIntegerField()
    offset_days = models.IntegerField(_("days after"), default=0)
    weekdays = ArrayField(models.SmallIntegerField(), verbose_name=_("weekdays"), default=every_weekday)
    send_from = models.TimeField(_("from"), default=time(9))
    send_to = models.TimeField(_("until"), default=time(16))
    texts = models.JSONField(default=dict)  # language → {subject, body (Markdown)}

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "cadence", "position"],
                name="cadence_step_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=models.Q(send_to__gt=models.F("send_from")), name="cadence_step_window"),
            models.CheckConstraint(condition=models.Q(weekdays__len__gte=1), name="cadence_step_weekdays"),
        ]

    def __str__(self) -> str:
        return f"{self.cadence_id} {self.position}"

    @property
    def days_before(self) -> int:
        return -self.offset_days

    def as_written(self) -> dict[str, Any]:
        names = ("offset_days", "weekdays", "send_from", "send_to", "texts")
        return {name: getattr(self, name) for name in names}


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", _("Running")
    FINISHED = "finished", _("Finished")
    STOPPED = "stopped", _("Stopped")


class Enrolment(TenantModel):
    """One contact's way through a cadence. `next_at` is the moment of the next mail: a row, not a rule."""

    cadence = TenantForeignKey(Cadence, on_delete=models.CASCADE, related_name="enrolments")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="enrolments")
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    occurrence = models.CharField(max_length=40, blank=True)  # what may happen again, such as a renewal's date
    anchor_on = models.DateField()
    next_step = models.SmallIntegerField(default=1)
    next_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=EnrolmentState.choices, default=EnrolmentState.ACTIVE)
    stop_reason = models.CharField(max_length=40, blank=True)
    replied_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True)

    objects = tenant_manager(EnrolmentQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "cadence", "contact", "occurrence"], name="enrolment_once")
        ]
        indexes = [
            models.Index(fields=["next_at"], name="enrolment_due", condition=models.Q(state="active")),
            models.Index(fields=["tenant", "cadence", "-enrolled_at", "-id"], name="enrolment_of_cadence"),
            models.Index(fields=["tenant", "contact"], name="enrolment_of_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.cadence_id} {self.contact_id}"
