"""Writing to the timeline of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.timezone import now

from accounts.models import Contact, Customer, Membership
from accounts.services.audit import record_audit
from engagement.models import CONTACTS_WITH_A_PERSON, Activity

TOUCH = """
UPDATE accounts_customerstanding SET last_contact_at = %(at)s
WHERE customer_id = %(customer)s AND (last_contact_at IS NULL OR last_contact_at < %(at)s)
"""


def record_activity(
    customer: Customer,
    kind: str,
    *,
    title: str = "",
    body: str = "",
    code: str = "",
    params: dict[str, Any] | None = None,
    contact: Contact | None = None,
    author: Membership | None = None,
    actor: str = "",
    occurred_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> Activity:
    """Add to the timeline; with a dedupe key, repeating the call adds nothing.

    A talk with a person (call, meeting, e-mail, chat) also moves the customer's last contact.
    """
    fields = {
        "customer": customer,
        "kind": kind,
        "title": title,
        "body": body,
        "code": code,
        "params": params or {},
        "contact": contact,
        "author": author,
        "actor": actor or (str(author) if author else ""),
        "occurred_at": occurred_at or now(),
    }
    if dedupe_key is None:
        activity, created = Activity.objects.create(**fields), True
    else:
        activity, created = Activity.objects.get_or_create(dedupe_key=dedupe_key, defaults=fields)
    if created and kind in CONTACTS_WITH_A_PERSON:
        touch_customer(customer, activity.occurred_at)
    return activity


def touch_customer(customer: Customer, at: datetime) -> None:
    """Remember the latest talk with a person; an older one changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, {"at": at, "customer": customer.pk})


def edit_note(activity: Activity, *, body: str, by: Membership) -> Activity:
    """Change the words of a note; the old ones stay in the audit log."""
    before = {"body": activity.body}
    activity.body, activity.edited_at = body, now()
    activity.save(update_fields=["body", "edited_at"])
    record_audit("activity.edited", activity, before=before, after={"body": body})
    return activity


def remove_activity(activity: Activity) -> bool:
    """Take it off the timeline; it can be put back. True for the call that removed it."""
    removed = bool(Activity.objects.visible().filter(pk=activity.pk).update(deleted_at=now()))
    if removed:
        record_audit("activity.removed", activity)
    return removed


def restore_activity(activity: Activity) -> bool:
    restored = bool(Activity.objects.filter(pk=activity.pk).exclude(deleted_at=None).update(deleted_at=None))
    if restored:
        record_audit("activity.restored", activity)
    return restored
