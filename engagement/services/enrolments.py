"""Contacts on their way through cadences: enrolled, moved on and stopped by statements over all of a tenant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Contact, Segment
from accounts.segment_rules import segment_sql
from accounts.services.audit import record_audit
from engagement.models import Cadence, Enrolment, EnrolmentState, Trigger
from engagement.services.send_windows import ZONE_OF_CONTACT, clock

BATCH = 2000
LATEST_FIRST_MAIL = timedelta(days=3)  # a first mail that is later than this after its day is left out
LOOK_BACK = timedelta(minutes=1)  # for events whose transaction took long to commit
NEXT_LOOK = timedelta(seconds=1)

# Who belongs into which cadence from which local day on, one branch per trigger.
_ANCHORS = f"""
SELECT cadence.id AS cadence_id, contact.id AS contact_id, customer.id AS customer_id, '' AS occurrence,
       CASE cadence.trigger
            WHEN 'signed_up'
            THEN coalesce(customer.signed_up_on, (contact.created_at AT TIME ZONE {ZONE_OF_CONTACT})::date)
            WHEN 'contact_added' THEN (contact.created_at AT TIME ZONE {ZONE_OF_CONTACT})::date
            ELSE (SELECT min(started_on) FROM accounts_subscription
                  WHERE customer_id = customer.id AND status IN ('active', 'past_due')) END AS anchor_on
FROM engagement_cadence cadence CROSS JOIN accounts_contact contact
LEFT JOIN accounts_customer customer ON customer.id = contact.customer_id
WHERE cadence.trigger IN ('signed_up', 'contact_added', 'subscription_started')
UNION ALL
SELECT cadence.id, contact.id, customer.id, standing.renewal_on::text, standing.renewal_on
FROM engagement_cadence cadence CROSS JOIN accounts_customerstanding standing
JOIN accounts_customer customer ON customer.id = standing.customer_id
JOIN accounts_contact contact ON contact.customer_id = customer.id
WHERE cadence.trigger = 'renewal' AND standing.renewal_on IS NOT NULL
UNION ALL
SELECT cadence.id, contact.id, customer.id, '', min(event.at AT TIME ZONE {ZONE_OF_CONTACT})::date
FROM engagement_cadence cadence
JOIN accounts_domainevent event ON event.kind = cadence.event AND event.at >= cadence.activated_at
     AND event.at >= cadence.looked_at - %(look_back)s
CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE WHEN jsonb_typeof(event.payload -> 'contact_ids') = 'array' THEN event.payload -> 'contact_ids'
         WHEN jsonb_typeof(event.payload -> 'customer_ids') = 'array' THEN event.payload -> 'customer_ids'
         ELSE '[]' END) AS named (id)
JOIN accounts_contact contact
     ON CASE WHEN event.payload ? 'contact_ids' THEN contact.id ELSE contact.customer_id END = named.id::uuid
LEFT JOIN accounts_customer customer ON customer.id = contact.customer_id
WHERE cadence.trigger = 'event'
GROUP BY cadence.id, contact.id, customer.id
"""

# Insert once per cadence, contact and occurrence, at the first step whose day is not long over.
_ENROL = f"""
INSERT INTO engagement_enrolment (tenant_id, cadence_id, contact_id, customer_id, occurrence, anchor_on,
                                  next_step, next_at, state, stop_reason, enrolled_at)
SELECT %(tenant)s, anchor.cadence_id, anchor.contact_id, anchor.customer_id, anchor.occurrence, anchor.anchor_on,
       first_step.position, first_step.at, 'active', '', %(now)s
FROM ({_ANCHORS}) anchor
JOIN engagement_cadence cadence ON cadence.id = anchor.cadence_id AND cadence.activated_at IS NOT NULL
JOIN accounts_contact contact ON contact.id = anchor.contact_id
LEFT JOIN accounts_customer customer ON customer.id = anchor.customer_id
CROSS JOIN LATERAL (
    SELECT step.position, next_send_at(anchor.anchor_on + step.offset_days, step.weekdays, step.send_from,
                                       step.send_to, {ZONE_OF_CONTACT}, %(now)s) AS at
    FROM engagement_cadencestep step
    WHERE step.cadence_id = cadence.id
      AND anchor.anchor_on + step.offset_days >= (%(now)s AT TIME ZONE {ZONE_OF_CONTACT})::date - %(latest_days)s
    ORDER BY step.position LIMIT 1
) first_step
WHERE cadence.id = ANY (%(cadences)s::uuid[]) /* segment */
  AND (%(customers)s::uuid[] IS NULL OR anchor.customer_id = ANY (%(customers)s::uuid[]))
  AND (%(contacts)s::uuid[] IS NULL OR anchor.contact_id = ANY (%(contacts)s::uuid[]))
  AND anchor.anchor_on >= coalesce(cadence.starts_on, (cadence.activated_at AT TIME ZONE %(zone)s)::date)
  AND contact.email <> '' AND contact.mail_state IN ('ok', 'soft_bounced')
  AND (contact.is_champion OR NOT cadence.champions_only)
  AND (customer.id IS NULL OR customer.stage <> 'churned' OR NOT cadence.stop_on_churn)
ON CONFLICT (tenant_id, cadence_id, contact_id, occurrence) DO NOTHING
"""


def enrol(
    *,
    cadences: Sequence[UUID] | None = None,
    customers: Sequence[UUID | str] | None = None,
    contacts: Sequence[UUID | str] | None = None,
) -> int:
    """Enrol whoever has come to belong into an active cadence; who was enrolled once stays so. How many were new.

    One statement for all cadences that are for everybody, and one for each that is for a segment.
    """
    active = Cadence.objects.active().select_related("segment")
    found = active if cadences is None else active.filter(pk__in=cadences)
    for_all = [cadence.pk for cadence in found if cadence.segment is None]
    who = {"customers": _ids(customers), "contacts": _ids(contacts)}
    enrolled = _enrol(_ids(for_all), "", who) if for_all else 0
    for cadence in found:
        if cadence.segment is not None:
            chosen, params = _members(cadence.segment)
            enrolled += _enrol([str(cadence.pk)], chosen, {**who, **params})
    return enrolled


def _enrol(cadences: list[str] | None, chosen: str, params: dict[str, Any]) -> int:
    limits: dict[str, Any] = {"cadences": cadences, "latest_days": LATEST_FIRST_MAIL.days, "look_back": LOOK_BACK}
    with connection.cursor() as cursor:
        cursor.execute(_ENROL.replace("/* segment */", chosen), {**clock(timezone.now()), **limits, **params})
        return int(cursor.rowcount)


def _members(segment: Segment) -> tuple[str, dict[str, Any]]:
    """The segment as one more condition, its parameters by name."""
    sql, values = segment_sql(segment)
    names = [f"segment{number}" for number in range(len(values))]
    places = iter(names)
    named = re.sub(r"%[s%]", lambda found: f"%({next(places)})s" if found[0] == "%s" else found[0], sql)
    return f"AND anchor.customer_id IN ({named})", dict(zip(names, values, strict=True))


def look_at_events() -> int:
    """Enrol by what has happened since the last look; how many were new."""
    now = timezone.now()
    looking = Cadence.objects.active().filter(trigger=Trigger.EVENT, looked_at__lte=now - NEXT_LOOK)
    ids = [cadence.pk for cadence in looking.select_for_update(skip_locked=True).only("pk")]
    enrolled = enrol(cadences=ids) if ids else 0
    Cadence.objects.filter(pk__in=ids).update(looked_at=now)
    return enrolled


_STOP = """
UPDATE engagement_enrolment enrolment
SET state = 'stopped', stop_reason = found.reason, next_at = NULL, ended_at = %(now)s
FROM (
    SELECT e.id, CASE
        WHEN contact.email = '' THEN 'no_address'
        WHEN contact.mail_state NOT IN ('ok', 'soft_bounced') THEN contact.mail_state
        WHEN EXISTS (SELECT 1 FROM engagement_suppression s WHERE s.email = lower(contact.email)) THEN 'suppressed'
        WHEN contact.subscriptions ->> cadence.category = 'false' THEN 'unsubscribed'
        WHEN cadence.stop_on_reply AND e.replied_at IS NOT NULL THEN 'replied'
        WHEN cadence.stop_on_churn AND customer.stage = 'churned' THEN 'churned' END AS reason
    FROM engagement_enrolment e
    JOIN engagement_cadence cadence ON cadence.id = e.cadence_id
    JOIN accounts_contact contact ON contact.id = e.contact_id
    LEFT JOIN accounts_customer customer ON customer.id = e.customer_id
    WHERE e.id = ANY (%(ids)s::uuid[])
) found
WHERE enrolment.id = found.id AND found.reason IS NOT NULL
"""

_DUE = f"""
FROM (
    SELECT e.*, {ZONE_OF_CONTACT} AS zone FROM engagement_enrolment e
    JOIN accounts_contact contact ON contact.id = e.contact_id
    LEFT JOIN accounts_customer customer ON customer.id = e.customer_id
    WHERE e.id = ANY (%(ids)s::uuid[]) AND e.state = 'active'
) due
JOIN engagement_cadence cadence ON cadence.id = due.cadence_id
JOIN engagement_cadencestep step ON step.cadence_id = due.cadence_id AND step.position = due.next_step
"""
_WINDOW_ENDS = "((due.next_at AT TIME ZONE due.zone)::date + step.send_to) AT TIME ZONE due.zone"

_QUEUE = f"""
INSERT INTO engagement_message (tenant_id, dedupe_key, category, contact_id, customer_id, enrolment_id, step_id,
    to_email, language, subject, body, is_test, run_at, not_after, state, attempts, reason, error, transport,
    created_at)
SELECT %(tenant)s, 'cadence:' || due.id || ':' || step.id, cadence.category, due.contact_id, due.customer_id, due.id,
    step.id, '', '', '', '', false, %(now)s, {_WINDOW_ENDS}, 'due', 0, '', '', '', %(now)s
{_DUE}
WHERE {_WINDOW_ENDS} > %(now)s
ON CONFLICT (tenant_id, dedupe_key) DO NOTHING
"""

# After a mail the next step, not on the same local day unless meant so; after a missed window the same step again.
_MOVE_ON = f"""
UPDATE engagement_enrolment enrolment
SET next_step = moved.position, next_at = moved.at,
    state = CASE WHEN moved.at IS NULL THEN 'finished' ELSE 'active' END,
    ended_at = CASE WHEN moved.at IS NULL THEN %(now)s END
FROM (
    SELECT due.id, coalesce(following.position, due.next_step) AS position,
        next_send_at(
            greatest(due.anchor_on + following.offset_days,
                     CASE WHEN following.offset_days > step.offset_days
                          THEN (%(now)s AT TIME ZONE due.zone)::date + 1 END),
            following.weekdays, following.send_from, following.send_to, due.zone, %(now)s
        ) AS at
    {_DUE}
    LEFT JOIN LATERAL (
        SELECT * FROM engagement_cadencestep s
        WHERE s.cadence_id = due.cadence_id
          AND s.position >= CASE WHEN {_WINDOW_ENDS} > %(now)s THEN due.next_step + 1 ELSE due.next_step END
        ORDER BY s.position LIMIT 1
    ) following ON true
) moved
WHERE enrolment.id = moved.id
"""

# The step was taken out of the cadence: go on with the one that now stands there or after it, or finish.
_SKIP_MISSING = """
UPDATE engagement_enrolment e
SET next_step = coalesce(following.position, e.next_step),
    state = CASE WHEN following.position IS NULL THEN 'finished' ELSE e.state END,
    ended_at = CASE WHEN following.position IS NULL THEN %(now)s END,
    next_at = CASE WHEN following.position IS NULL THEN NULL ELSE e.next_at END
FROM (
    SELECT d.id, (SELECT min(s.position) FROM engagement_cadencestep s
                  WHERE s.cadence_id = d.cadence_id AND s.position >= d.next_step) AS position
    FROM engagement_enrolment d WHERE d.id = ANY (%(ids)s::uuid[]) AND d.state = 'active'
) following
WHERE e.id = following.id AND e.next_step IS DISTINCT FROM following.position
"""


def move_on() -> int:
    """Turn due steps into mails of the outbox and set each enrolment's next moment. Returns how many were due."""
    now = timezone.now()
    due = Enrolment.objects.due(now).select_for_update(skip_locked=True).order_by("next_at").only("pk")
    ids = [str(enrolment.pk) for enrolment in due[:BATCH]]
    if ids:
        params = {**clock(now), "ids": ids}
        with connection.cursor() as cursor:
            for statement in (_STOP, _SKIP_MISSING, _QUEUE, _MOVE_ON):
                cursor.execute(statement, params)
    return len(ids)


def stop(enrolment: Enrolment) -> bool:
    """Take a contact out by hand. True for the call that stopped it."""
    mark = {"state": EnrolmentState.STOPPED, "stop_reason": "stopped", "next_at": None, "ended_at": timezone.now()}
    stopped = bool(Enrolment.objects.running().filter(pk=enrolment.pk).update(**mark))
    if stopped:
        record_audit("enrolment.stopped", enrolment)
    return stopped


def note_reply(contact: Contact, at: datetime) -> int:
    """The contact wrote back: cadences that stop at a reply send nothing more."""
    return int(Enrolment.objects.running().filter(contact=contact, replied_at=None).update(replied_at=at))


def _ids(values: Sequence[UUID | str] | None) -> list[str] | None:
    return None if values is None else [str(value) for value in values]
