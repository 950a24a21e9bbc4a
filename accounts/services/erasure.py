"""Erasing a person: the row stays, so that figures keep their history; what says who it was goes."""

from __future__ import annotations

import hashlib

from accounts.events import record_event
from accounts.models import Contact, ImportRow, MailState
from accounts.services.audit import record_audit

ERASED = {
    "external_id": None,
    "email": "",
    "name": "",
    "role": "",
    "language": "",
    "timezone": "",
    "is_champion": False,
    "subscriptions": {},
    "traits": {},
    "mail_state": MailState.SUPPRESSED,
}


def erase_contact(contact: Contact) -> bool:
    """Forget who the contact was; True for the call that did it.

    The event `contacts.erased` lets the apps above erase what they hold; it names the user by a hash of the
    external id. The audit log keeps only the fact.
    """
    row = Contact.objects.select_for_update().get(pk=contact.pk)
    user_keys = [hashlib.sha256(row.external_id.encode()).hexdigest()] if row.external_id else []
    changed = [name for name, value in ERASED.items() if getattr(row, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, ERASED[name])
    row.save(update_fields=[*changed, "updated_at"])
    ImportRow.objects.filter(object_id=row.pk).update(cells=[], before=None)
    record_audit("contact.erased", row, label="—")
    record_event("contacts.erased", contact_ids=[str(row.pk)], user_keys=user_keys)
    return True
