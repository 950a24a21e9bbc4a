from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel
from engagement.models.cadence import CadenceStep, Enrolment, MailCategory
from engagement.querysets import MessageQuerySet


class MessageState(models.TextChoices):
    DUE = "due", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    UNSURE = "unsure", _("Unsure")
    DEAD = "dead", _("Not sent")


class Message(TenantModel):
    """One mail of the outbox. Written with the change that wants it; it leaves at most once.

    Either `step` says what to write, in the contact's language when it is sent, or subject and body are given.
    What was sent stays in subject and body.
    """

    dedupe_key = models.CharField(max_length=200)
    category = models.CharField(max_length=12, choices=MailCategory.choices)
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="messages")
    customer = TenantForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    enrolment = TenantForeignKey(Enrolment, on_delete=models.SET_NULL, null=True, related_name="messages")
    step = TenantForeignKey(CadenceStep, on_delete=models.SET_NULL, null=True, related_name="+")
    to_email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=8, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    body = models.TextField(blank=True)  # Markdown, merge fields filled in
    is_test = models.BooleanField(default=False)
    run_at = models.DateTimeField(default=now)
    not_after = models.DateTimeField(null=True)  # end of the send window
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.DUE)
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)  # why it was not sent
    error = models.TextField(blank=True)  # what the other side said last
    transport = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField(null=True)  # when the provider was last asked about an unsure one
    created_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True)

    objects = tenant_manager(MessageQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "dedupe_key"], name="message_once")]
        indexes = [
            models.Index(
                fields=["run_at"], name="message_due", condition=models.Q(state__in=["due", "claimed", "unsure"])
            ),
            models.Index(fields=["tenant", "state", "-created_at", "-id"], name="message_by_state"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="message_newest"),
            models.Index(fields=["tenant", "contact", "-created_at"], name="message_of_contact"),
        ]

    def __str__(self) -> str:
        return self.subject or self.dedupe_key


class SuppressionReason(models.TextChoices):
    BOUNCED = "bounced", _("Address does not exist")
    COMPLAINED = "complained", _("Marked as spam")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed from everything")
    MANUAL = "manual", _("Blocked by hand")


class Suppression(TenantModel):
    """An address that gets no mail of this tenant any more, whoever it belongs to."""

    email = models.CharField(max_length=254)  # lower case
    reason = models.CharField(max_length=12, choices=SuppressionReason.choices)
    detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "email"], name="suppression_once")]
        indexes = [models.Index(fields=["tenant", "-created_at", "-id"], name="suppression_newest")]

    def __str__(self) -> str:
        return self.email
