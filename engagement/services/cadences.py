"""Cadences as they are written, switched on and paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.jobs import enqueue
from accounts.models import Language
from accounts.services.audit import record_audit
from engagement.merging import unknown_fields
from engagement.models import Cadence, CadenceStep, Enrolment, Message, MessageState
from engagement.models.cadence import every_weekday
from engagement.services.send_windows import ZONE_OF_CONTACT, clock

ENROL = "cadence.enrol"
MOST_STEPS = 50


@dataclass(frozen=True)
class StepDraft:
    """A step as somebody wrote it; `texts` is language → {subject, body}. `id` names the step that it was before."""

    offset_days: int
    texts: dict[str, dict[str, str]]
    weekdays: list[int] = field(default_factory=every_weekday)
    send_from: time = time(9)
    send_to: time = time(16)
    id: UUID | None = None

    def written(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "id"}


def save_steps(cadence: Cadence, drafts: Sequence[StepDraft]) -> bool:
    """Make these the cadence's steps, in this order. Raises ValidationError; True if anything changed.

    Contacts on their way keep their place: nobody gets a mail twice, or misses one, because steps were rewritten.
    """
    check_steps(drafts)
    before = list(cadence.steps.all())
    kept = _match(before, drafts)
    places = _new_places(before, kept)
    changed = [_write(cadence, step, draft, place) for place, (step, draft) in enumerate(kept, 1)]
    gone = {step.pk for step in before} - {step.pk for step, _draft in kept if step is not None}
    CadenceStep.objects.filter(pk__in=gone).delete()
    if not any(changed) and not gone:
        return False
    _move_enrolments(cadence, places)
    record_audit("cadence.steps_changed", cadence, after={"steps": [draft.written() for draft in drafts]})
    return True


def _match(before: list[CadenceStep], drafts: Sequence[StepDraft]) -> list[tuple[CadenceStep | None, StepDraft]]:
    """Which step each draft was: the one it names, else an equal one, else the one at its place."""
    left = {step.pk: step for step in before}
    found: list[CadenceStep | None] = [left.pop(draft.id, None) if draft.id else None for draft in drafts]
    for place, draft in enumerate(drafts):
        if found[place] is None:
            equal = next((step for step in left.values() if step.as_written() == draft.written()), None)
            found[place] = left.pop(equal.pk) if equal else None
    for place, _draft in enumerate(drafts):
        if found[place] is None and place < len(before):
            found[place] = left.pop(before[place].pk, None)
    return list(zip(found, drafts, strict=True))


def _new_places(before: list[CadenceStep], kept: list[tuple[CadenceStep | None, StepDraft]]) -> dict[int, int]:
    """Where somebody goes on who was about to get the step at each old place; past the end means finished."""
    now_at = {step.pk: place for place, (step, _draft) in enumerate(kept, 1) if step is not None}
    places, following = {}, len(kept) + 1
    for step in reversed(before):
        following = now_at.get(step.pk, following)
        places[step.position] = following
    return places


def _write(cadence: Cadence, step: CadenceStep | None, draft: StepDraft, place: int) -> bool:
    if step is not None and step.as_written() == draft.written() and step.position == place:
        return False
    row = step or CadenceStep(cadence=cadence)
    row.position = place
    for name, value in draft.written().items():
        setattr(row, name, value)
    row.save()
    return True


def _move_enrolments(cadence: Cadence, places: dict[int, int]) -> None:
    """One statement, so that a place is not moved twice; then new moments where the steps' days have changed."""
    moved = {old: new for old, new in places.items() if old != new}
    if moved:
        cases = [When(next_step=old, then=Value(new)) for old, new in moved.items()]
        Enrolment.objects.running().filter(cadence=cadence, next_step__in=moved).update(next_step=Case(*cases))
    if cadence.is_active:
        _set_moments(cadence)


def _set_moments(cadence: Cadence) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS, {**clock(timezone.now()), "cadence": cadence.pk})


def check_steps(drafts: Sequence[StepDraft]) -> None:
    """ValidationError by step number: windows, weekdays, order, texts and their merge fields."""
    errors: dict[str, list[str]] = {}
    if len(drafts) > MOST_STEPS:
        errors["steps"] = [_("A cadence has at most %(most)d steps.") % {"most": MOST_STEPS}]
    for number, draft in enumerate(drafts):
        for name, message in _faults(draft):
            errors.setdefault(f"{number}.{name}", []).append(message)
        if number and draft.offset_days < drafts[number - 1].offset_days:
            errors.setdefault(f"{number}.offset_days", []).append(_("May not be before the step above."))
    if errors:
        raise ValidationError(errors)


def _faults(draft: StepDraft) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    if not -3650 <= draft.offset_days <= 3650:
        faults.append(("offset_days", _("Must be within ten years.")))
    if not draft.weekdays or not set(draft.weekdays) <= set(range(1, 8)):
        faults.append(("weekdays", _("Choose at least one day of the week.")))
    if draft.send_to <= draft.send_from:
        faults.append(("send_to", _("Must be later than the start.")))
    if not any(text.get("subject") and text.get("body") for text in draft.texts.values()):
        faults.append(("texts", _("Write a subject and a text in at least one language.")))
    return faults + [fault for language, text in draft.texts.items() for fault in _text_faults(language, text)]


def _text_faults(language: str, text: dict[str, str]) -> list[tuple[str, str]]:
    if language not in Language.values:
        return [("texts", _("There is no language “%(language)s”.") % {"language": language})]
    faults = []
    if bool(text.get("subject")) != bool(text.get("body")):
        faults.append((f"texts.{language}", _("A mail needs both a subject and a text.")))
    for part in ("subject", "body"):
        for name in unknown_fields(text.get(part, "")):
            message = _("There is no merge field “%(name)s”.") % {"name": name}
            faults.append((f"texts.{language}.{part}", message))
    return faults


def activate(cadence: Cadence) -> bool:
    """Start it: contacts are enrolled from now on (or from `starts_on`), paused ones go on. True if it was paused."""
    if not cadence.steps.exists():
        raise ValidationError(_("A cadence without steps cannot be started."))
    now = timezone.now()
    started = bool(Cadence.objects.filter(pk=cadence.pk, activated_at=None).update(activated_at=now, looked_at=now))
    if started:
        _set_moments(cadence)
        cadence.refresh_from_db()
        enqueue(ENROL, key="all")
        record_audit("cadence.activated", cadence)
    return started


def pause(cadence: Cadence) -> bool:
    """Send nothing more of it until it is activated again; mails that wait are taken back. True if it was active."""
    paused = bool(Cadence.objects.filter(pk=cadence.pk).exclude(activated_at=None).update(activated_at=None))
    if paused:
        Enrolment.objects.running().filter(cadence=cadence).update(next_at=None)
        waiting = Message.objects.filter(enrolment__cadence=cadence, state=MessageState.DUE)
        waiting.update(state=MessageState.DEAD, reason="paused")
        cadence.refresh_from_db()
        record_audit("cadence.paused", cadence)
    return paused


_MOMENTS = f"""
UPDATE engagement_enrolment enrolment SET next_at = coalesce(resumed.at, %(now)s)
FROM (
    SELECT e.id, next_send_at(e.anchor_on + step.offset_days, step.weekdays, step.send_from, step.send_to,
                              {ZONE_OF_CONTACT}, %(now)s) AS at
    FROM engagement_enrolment e
    LEFT JOIN engagement_cadencestep step ON step.cadence_id = e.cadence_id AND step.position = e.next_step
    JOIN accounts_contact contact ON contact.id = e.contact_id
    LEFT JOIN accounts_customer customer ON customer.id = e.customer_id
    WHERE e.cadence_id = %(cadence)s AND e.state = 'active'
) resumed
WHERE enrolment.id = resumed.id
"""


def describe(cadence: Cadence) -> dict[str, Any]:
    """For the audit log."""
    names = ("name", "category", "trigger", "event", "segment_id", "champions_only", "starts_on", "stop_on_churn")
    return {name: getattr(cadence, name) for name in (*names, "stop_on_reply")}
