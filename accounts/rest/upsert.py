"""Saving many rows of a resource by their keys in a handful of statements, each row with its own outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.drafts import Draft, apply, attributes, fill_new, read_drafts
from accounts.rest.resource import Resource, Write
from accounts.rest.statements import insert_rows, new_ids, update_rows
from accounts.services.audit import record_changes
from accounts.services.statistics import report_writes

ROUNDS = 3  # a row that somebody else inserts between our look and our insert is met again as an existing one


def upsert(resource: Resource, rows: Sequence[Any], *, seen: set[Any] | None = None) -> list[Draft]:
    """Create, change or leave alone each row; good rows land, bad ones carry their errors.

    A key that stands in `seen` is refused as a repetition; those of good rows are added.
    """
    drafts = read_drafts(resource, rows)
    _require_keys(resource, drafts, set() if seen is None else seen)
    open_drafts = [draft for draft in drafts if draft.good]
    for _round in range(ROUNDS):
        if not open_drafts:
            break
        changed, new = _prepare(resource, open_drafts)
        update_drafts(resource, changed)
        open_drafts = insert_drafts(new)
    for draft in open_drafts:
        draft.refuse("", "conflict", _("Collides with another object."))
    finish(resource, drafts)
    return drafts


def preview(resource: Resource, rows: Sequence[Any], *, seen: set[Any] | None = None) -> list[Draft]:
    """What `upsert` would do, without doing it."""
    drafts = read_drafts(resource, rows)
    _require_keys(resource, drafts, set() if seen is None else seen)
    _prepare(resource, [draft for draft in drafts if draft.good])
    return drafts


def finish(resource: Resource, drafts: Iterable[Draft]) -> None:
    """Audit and domain event, once for everything that was written."""
    writes = [
        Write(draft.row, draft.status == "created", draft.before)
        for draft in drafts
        if draft.good and draft.status in ("created", "updated")
    ]
    if writes:
        record_changes(resource.name, [(write.row, write.created, write.before) for write in writes])
        resource.written(writes)
        report_writes()


def _prepare(resource: Resource, drafts: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
    """One look at what is there; the good drafts that change a row, and those that are a new one."""
    known = existing_rows(resource, drafts)
    new, changed = [], []
    for draft in drafts:
        row = known.get(draft.key(resource) or ())
        if row is None:
            fill_new(resource, draft)
            new.append(draft)
        else:
            draft.row, draft.before = row, apply(resource, row, draft.values)
            draft.status = "updated" if draft.before else "unchanged"
            changed += [draft] if draft.before else []
    build_rows(resource, [draft for draft in new if draft.good])
    check_rows(resource, [draft for draft in (*new, *changed) if draft.good])
    return [draft for draft in changed if draft.good], [draft for draft in new if draft.good]


def build_rows(resource: Resource, drafts: Sequence[Draft]) -> None:
    """Model instances with their ids for drafts of new rows."""
    for draft, key in zip(drafts, new_ids(len(drafts)) if drafts else [], strict=True):
        draft.row = resource.model(pk=key, **attributes(resource, draft.defaults | draft.values))
        draft.status = "created"


def check_rows(resource: Resource, drafts: Sequence[Draft]) -> None:
    resource.prepare([draft.row for draft in drafts])
    for draft in drafts:
        draft.errors += resource.check(draft.row)


def insert_drafts(drafts: Sequence[Draft]) -> list[Draft]:
    """Insert; returns those that collided."""
    if not drafts:
        return []
    landed = insert_rows([draft.row for draft in drafts])
    return [draft for draft in drafts if draft.row.pk not in landed]


def update_drafts(resource: Resource, drafts: Sequence[Draft]) -> None:
    if drafts:
        touched = {source for draft in drafts for source in draft.before}
        update_rows([draft.row for draft in drafts], sorted(touched))


def existing_rows(resource: Resource, drafts: Sequence[Draft]) -> dict[tuple[Any, ...], Any]:
    """The rows that the drafts name, locked in the order of their ids so that two requests cannot deadlock."""
    keys = [draft.key(resource) or () for draft in drafts]
    sources = [resource.fields[name].source for name in resource.key]
    wanted = {f"{source}__in": {key[place] for key in keys} for place, source in enumerate(sources)}
    rows = resource.rows().filter(**wanted).order_by("pk").select_for_update(of=("self",))
    return {tuple(getattr(row, source) for source in sources): row for row in rows}


def _require_keys(resource: Resource, drafts: Sequence[Draft], seen: set[Any]) -> None:
    for draft in drafts:
        key = draft.key(resource)
        if key is None and draft.good:
            missing = next(name for name in resource.key if draft.values.get(name) is None)
            draft.refuse(f"/{missing}", "required", _("Is required to recognise the object."))
        elif key is not None and key in seen:
            pointer = f"/{resource.key[0]}"
            draft.refuse(pointer, "duplicate", _("Stands in this request twice; the first one counts."))
        elif draft.good:
            seen.add(key)
