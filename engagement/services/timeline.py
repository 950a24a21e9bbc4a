"""Writing to the timeline of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.timezone import now

from accounts.models import Contact, Customer, Membership
from accounts.services.audit import record_audit
from engagement.models import CONTACTS_WITH_A_PERSON, Activity

TOUCH = """
UPDATE accounts_customerstanding s SET last_contact_at = talk.at
FROM (
    SELECT customer_id, max(at) AS at FROM unnest(%s::uuid[], %s::timestamptz[]) AS t (customer_id, at) GROUP BY 1
) talk
WHERE s.customer_id = talk.customer_id AND (s.last_contact_at IS NULL OR s.last_contact_at < talk.at)
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
    if created:
        touch_customers([activity])
    return activity


def touch_customers(activities: Sequence[Activity]) -> None:
    """Remember each customer's latest talk with a person; older ones change nothing."""
    talks = [activity for activity in activities if activity.kind in CONTACTS_WITH_A_PERSON]
    if talks:
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, [[talk.customer_id for talk in talks], [talk.occurred_at for talk in talks]])


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
