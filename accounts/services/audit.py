"""The audit log: who did what to which object, before and after, and from where."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import AuditEntry
from accounts.rest.statements import insert_rows, new_ids

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Actor:
    """Whoever causes a change: a person, an API key, or the system itself."""

    kind: str
    label: str
    id: UUID | None = None
    ip: str | None = None
    user_agent: str = ""


SYSTEM = Actor("system", "system")
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Everything recorded inside is this actor's doing."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> Actor:
    return _actor.get()


def snapshot(row: models.Model, *fields: str) -> dict[str, Any]:
    """The named columns as JSON values, for `before` and `after`."""
    return _as_json({name: getattr(row, name) for name in fields})


def record_audit(
    action: str,
    row: models.Model | None = None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    object_type: str = "",
    object_id: str = "",
    label: str = "",
) -> AuditEntry:
    """Append one entry in the caller's transaction; names the current actor and address."""
    actor = _actor.get()
    return AuditEntry.objects.create(
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        action=action,
        object_type=object_type or (row._meta.model_name if row is not None else ""),
        object_id=object_id or (str(row.pk) if row is not None else ""),
        object_label=(label or (str(row) if row is not None else ""))[:200],
        before=_as_json(before),
        after=_as_json(after),
        ip=actor.ip,
        user_agent=actor.user_agent[:300],
    )


def _as_json(values: dict[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def record_changes(noun: str, writes: Sequence[tuple[models.Model, bool, dict[str, Any]]]) -> None:
    """One entry per written row (row, whether it is new, the old values of what changed), in one statement."""
    actor = _actor.get()
    entries = [
        AuditEntry(
            pk=key,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label[:200],
            action=f"{noun}.{'created' if created else 'updated'}",
            object_type=row._meta.model_name or "",
            object_id=str(row.pk),
            object_label=str(row)[:200],
            before=None if created else _as_json(before),
            after=None if created else snapshot(row, *before),
            ip=actor.ip,
            user_agent=actor.user_agent[:300],
        )
        for key, (row, created, before) in zip(new_ids(len(writes)), writes, strict=True)
    ]
    if entries:
        insert_rows(entries, skip_collisions=False)
