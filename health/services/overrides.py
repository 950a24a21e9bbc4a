"""A person's judgement in place of the computed score: reasoned, signed, and for at most 90 days."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.events import record_event
from accounts.models import Customer, Membership
from accounts.services.audit import current_actor, record_audit
from accounts.tenancy.scope import current_tenant
from engagement.models import ActivityKind
from engagement.services.timeline import record_activity
from health.models import HealthOverride
from health.services.scoring import score_today

LONGEST = timedelta(days=90)


@transaction.atomic
def set_override(
    customer: Customer, *, score: int, reason: str, expires_on: date, by: Membership | None = None, author: str = ""
) -> HealthOverride:
    """Judge the customer; an earlier judgement ends. Raises ValidationError by field."""
    _check(score, reason, expires_on)
    _end(customer)
    override = HealthOverride.objects.create(
        customer=customer,
        score=score,
        reason=reason.strip(),
        author=by,
        author_label=author[:200] or _who(by),
        expires_on=expires_on,
        created_at=now(),
    )
    record_audit("health.override_set", customer, after={"score": score, "reason": reason, "expires_on": expires_on})
    record_activity(
        customer,
        ActivityKind.HEALTH,
        code="health.override",
        params={"after": score},
        body=override.reason,
        author=by,
        actor=override.author_label,
        occurred_at=override.created_at,
        dedupe_key=f"override:{override.pk}",
    )
    _say(customer, override)
    return override


@transaction.atomic
def end_override(customer: Customer, *, by: Membership | None = None) -> HealthOverride | None:
    """Back to the computed score. The judgement that ended, so that it can be given back; None if there was none."""
    override = _end(customer, by)
    if override is not None:
        record_audit("health.override_ended", customer, before={"score": override.score, "reason": override.reason})
        _say(customer, None)
    return override


def _end(customer: Customer, by: Membership | None = None) -> HealthOverride | None:
    override: HealthOverride | None = (
        HealthOverride.objects.select_for_update().filter(customer=customer, ended_at=None).first()
    )
    if override is not None:
        HealthOverride.objects.filter(pk=override.pk).update(ended_at=now(), ended_by_label=_who(by))
    return override


def _say(customer: Customer, override: HealthOverride | None) -> None:
    record_event(
        "health.overridden",
        customer_id=str(customer.pk),
        after=override.score if override else None,
        reason=override.reason if override else "",
        author=override.author_label if override else "",
    )
    score_today([customer.pk])


def _who(by: Membership | None) -> str:
    return str(by.user)[:200] if by is not None else current_actor().label[:200]


def _check(score: int, reason: str, expires_on: date) -> None:
    today = current_tenant().today()
    faults = {}
    if not 0 <= score <= 100:
        faults["score"] = _("Must be from 0 to 100.")
    if not reason.strip():
        faults["reason"] = _("Say why, so that others can follow.")
    if not today <= expires_on <= today + LONGEST:
        faults["expires_on"] = _("Must be today or later, and within 90 days.")
    if faults:
        raise ValidationError(faults)
