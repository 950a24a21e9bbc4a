"""Scorecards are published, never edited: each change is a new version beside the old ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.timezone import now

from accounts.events import record_event
from accounts.jobs import enqueue
from accounts.models import Membership
from accounts.services.audit import record_audit
from accounts.tenancy.scope import current_tenant
from health.defaults import DEFAULTS, document
from health.definition import Definition
from health.definition_check import check
from health.models import Measure, Scorecard, ScorecardVersion
from health.sources.registry import measures as known
from health.sources.registry import source_of

RESCORE = "health.rescore"


def read_document(raw: Any) -> Definition:
    """What somebody wrote, checked; known measures may leave out their anchors. Raises DefinitionError."""
    return check(raw, defaults={key: measure.defaults for key, measure in known.items()})


@transaction.atomic
def create_scorecard(
    *,
    name: str,
    stages: Sequence[str],
    definition: Definition,
    priority: int | None = None,
    external_id: str | None = None,
    by: Membership | None = None,
) -> Scorecard:
    """A scorecard with its first version. Without a priority it goes before all others."""
    if priority is None:
        first = Scorecard.objects.in_use().first()
        priority = max(first.priority - 10, -30_000) if first else 100
    card = Scorecard.objects.create(
        name=name, stages=list(stages), priority=priority, external_id=external_id, created_at=now()
    )
    publish_version(card, definition, by=by)
    card.refresh_from_db()
    return card


@transaction.atomic
def publish_version(
    card: Scorecard,
    definition: Definition,
    *,
    name: str | None = None,
    stages: Sequence[str] | None = None,
    priority: int | None = None,
    note: str = "",
    by: Membership | None = None,
) -> ScorecardVersion | None:
    """The new version, from which everybody is scored again; None when nothing differs from the newest one."""
    card = Scorecard.objects.select_for_update().get(pk=card.pk)
    wanted = {
        "name": card.name if name is None else name,
        "stages": card.stages if stages is None else list(stages),
        "priority": card.priority if priority is None else priority,
    }
    newest = card.versions.filter(number=card.version).first()
    said = {field: getattr(card, field) for field in wanted}
    if newest is not None and said == wanted and newest.document == definition.as_json():
        return None
    card.version += 1
    for field, value in wanted.items():
        setattr(card, field, value)
    card.save(update_fields=["version", *wanted])
    version = ScorecardVersion.objects.create(
        scorecard=card,
        number=card.version,
        stages=card.stages,
        priority=card.priority,
        document=definition.as_json(),
        note=note,
        published_by=by,
    )
    note_measures(definition.inputs)
    record_audit("scorecard.published", card, after={"version": card.version, "note": note})
    record_event("health.scorecard_published", scorecard=str(card.pk), version=card.version)
    enqueue(RESCORE, key="all")
    return version


@transaction.atomic
def archive_scorecard(card: Scorecard) -> bool:
    """Take it out of use; its versions and the scores they gave stay. True for the call that did."""
    done = bool(Scorecard.objects.filter(pk=card.pk, archived_at=None).update(archived_at=now()))
    if done:
        record_audit("scorecard.archived", card)
        enqueue(RESCORE, key="all")
    return done


@transaction.atomic
def restore_scorecard(card: Scorecard) -> None:
    """Back into use."""
    if Scorecard.objects.filter(pk=card.pk).exclude(archived_at=None).update(archived_at=None):
        record_audit("scorecard.restored", card)
        enqueue(RESCORE, key="all")


def note_measures(keys: Iterable[str]) -> None:
    """Write down measures that only values can tell."""
    fed = [Measure(key=key) for key in keys if source_of(key) is None]
    Measure.objects.bulk_create(fed, ignore_conflicts=True)


@transaction.atomic
def ensure_default_scorecards() -> int:
    """Give a tenant without any scorecard those it starts with; says how many."""
    if Scorecard.objects.exists():
        return 0
    with translation.override(current_tenant().language):
        for place, default in enumerate(DEFAULTS, 1):
            create_scorecard(
                name=str(default.name),
                stages=default.stages,
                definition=read_document(document(default)),
                priority=100 * place if default.stages else 10_000,
            )
    return len(DEFAULTS)
