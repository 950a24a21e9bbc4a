"""Addresses and contacts that get no mail, and how they come back."""

from __future__ import annotations

import json

from django.db import connection
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.models import Contact, MailState
from accounts.services.audit import record_audit
from engagement.models import MailCategory, Message, Suppression, SuppressionReason

STATES = {
    SuppressionReason.BOUNCED: MailState.SUPPRESSED,
    SuppressionReason.COMPLAINED: MailState.COMPLAINED,
    SuppressionReason.UNSUBSCRIBED: MailState.UNSUBSCRIBED,
    SuppressionReason.MANUAL: MailState.SUPPRESSED,
}


def suppress(email: str, reason: SuppressionReason, detail: str = "") -> bool:
    """Send nothing more to this address; every contact that has it shows why. True for the call that changed it."""
    address = email.strip().lower()
    _, created = Suppression.objects.get_or_create(email=address, defaults={"reason": reason, "detail": detail[:300]})
    _set_mail_state(address, STATES[reason])
    if created:
        record_audit("mail.suppressed", after={"reason": reason, "detail": detail[:300]}, label=address)
    return created


def lift(suppression: Suppression) -> None:
    """The address may get mail again, because somebody made sure."""
    _set_mail_state(suppression.email, MailState.OK)
    record_audit("mail.unsuppressed", suppression, before={"reason": suppression.reason})
    suppression.delete()


_SAME_ADDRESS = """
UPDATE accounts_contact SET subscriptions = subscriptions || %(change)s::jsonb, updated_at = now()
WHERE lower(email) = %(email)s AND NOT subscriptions @> %(change)s::jsonb RETURNING id
"""


def choose_categories(contact: Contact, wanted: dict[str, bool]) -> bool:
    """Set which categories everybody with this contact's address gets. True if anything changed."""
    params = {"email": contact.email.lower(), "change": json.dumps(wanted)}
    with connection.cursor() as cursor:
        cursor.execute(_SAME_ADDRESS, params)
        changed = [str(row[0]) for row in cursor.fetchall()]
    if changed:
        record_event("contacts.changed", contact_ids=changed)
        record_audit("contact.mail_categories", contact, before=contact.subscriptions, after=wanted)
    return bool(changed)


def unsubscribe(contact: Contact, category: str) -> bool:
    """Off with this category, or with everything for `all`. Repeating it changes nothing."""
    if category == "all":
        return suppress(contact.email, SuppressionReason.UNSUBSCRIBED)
    return choose_categories(contact, {category: False})


def resubscribe(contact: Contact) -> None:
    """Take back an unsubscription from everything; a bounced or complaining address stays out."""
    own_wish = Suppression.objects.filter(email=contact.email.lower(), reason=SuppressionReason.UNSUBSCRIBED)
    for suppression in own_wish:
        lift(suppression)


def why_not(message: Message) -> str:
    """Why this mail may not go to its contact, as a code of `REASONS`; empty if it may."""
    contact = message.contact
    if message.is_test:
        return ""
    if contact is None:
        return "no_contact"
    if not contact.email:
        return "no_address"
    if message.enrolment is not None and message.enrolment.state == "stopped":
        return "stopped"
    return _unwanted(contact, message.category)


def _unwanted(contact: Contact, category: str) -> str:
    notice = category == MailCategory.ACCOUNT
    suppressions = Suppression.objects.filter(email=contact.email.lower())
    if notice:
        suppressions = suppressions.exclude(reason=SuppressionReason.UNSUBSCRIBED)
    reason = suppressions.values_list("reason", flat=True).first()
    if reason or contact.mail_state in (MailState.SUPPRESSED, MailState.COMPLAINED):
        return reason or contact.mail_state
    if notice:
        return ""
    if contact.mail_state == MailState.UNSUBSCRIBED or contact.subscriptions.get(category) is False:
        return "unsubscribed"
    return ""


def _set_mail_state(address: str, state: MailState) -> None:
    contacts = Contact.objects.alias(address=Lower("email")).filter(address=address).exclude(mail_state=state)
    changed = [str(pk) for pk in contacts.values_list("pk", flat=True)]
    if changed:
        Contact.objects.filter(pk__in=changed).update(mail_state=state)
        record_event("contacts.changed", contact_ids=changed)


REASONS = {
    "no_contact": _("The contact was deleted"),
    "no_address": _("The contact has no e-mail address"),
    "bounced": _("The address does not exist"),
    "suppressed": _("The address is blocked"),
    "manual": _("The address is blocked"),
    "complained": _("The contact marked a mail as spam"),
    "unsubscribed": _("The contact unsubscribed"),
    "churned": _("The customer left"),
    "replied": _("The contact replied"),
    "stopped": _("Stopped"),
    "paused": _("The cadence was paused"),
    "no_text": _("There is no text to send"),
    "refused": _("The mail server refused it"),
    "gave_up": _("Given up after many attempts"),
    "discarded": _("Discarded by hand"),
}
