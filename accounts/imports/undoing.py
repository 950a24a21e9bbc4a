"""Taking an import back: what it made goes, what it changed gets its old values, unless it was touched since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import CASCADE, Model
from django.utils import timezone

from accounts.imports.actors import actor_payload
from accounts.imports.kinds import kinds
from accounts.jobs import enqueue
from accounts.models import DataImport, ImportRow, ImportState, RowStatus
from accounts.rest.resource import Resource, Write
from accounts.rest.statements import update_rows
from accounts.services.audit import record_audit, record_changes

UNDO = "imports.undo"
UNDOABLE = (RowStatus.CREATED, RowStatus.UPDATED)
CHUNK = 500


def request_undo(data_import: DataImport) -> bool:
    """Let a job take the import back; False unless it has been applied."""
    applied = DataImport.objects.filter(pk=data_import.pk, state=ImportState.APPLIED)
    if not applied.update(state=ImportState.UNDOING):
        return False
    data_import.refresh_from_db()
    enqueue(UNDO, key=str(data_import.pk), payload={"import": str(data_import.pk), "actor": actor_payload()})
    return True


def undo_chunk(data_import: DataImport) -> int:
    """Take back the next rows and say how many they were. Belongs in one transaction."""
    locked = DataImport.objects.select_for_update().get(pk=data_import.pk)
    if locked.state != ImportState.UNDOING:
        return 0
    rows = list(locked.rows.filter(status__in=UNDOABLE).order_by("-number")[:CHUNK])
    resource = kinds[locked.kind].resource
    objects = resource.rows().filter(pk__in=[row.object_id for row in rows]).order_by("pk")
    found = {each.pk: each for each in objects.select_for_update(of=("self",))}
    untouched = [row for row in rows if is_untouched(found.get(row.object_id), row)]
    free = {row.object_id for row in untouched if row.status == RowStatus.CREATED}
    free -= referred_to(resource.model, free)
    remove(resource, [found[key] for key in free if key is not None])
    restore(resource, [(found[row.object_id], row.before) for row in untouched if row.status == RowStatus.UPDATED])
    restored = {row.pk for row in untouched if row.status == RowStatus.UPDATED or row.object_id in free}
    for row in rows:
        row.status = RowStatus.UNDONE if row.pk in restored else RowStatus.KEPT
    if rows:
        update_rows(rows, ["status"])
    return len(rows)


def finish_undo(data_import: DataImport) -> dict[str, int]:
    counts = {
        status.value: data_import.rows.filter(status=status).count() for status in (RowStatus.UNDONE, RowStatus.KEPT)
    }
    undoing = DataImport.objects.filter(pk=data_import.pk, state=ImportState.UNDOING)
    if undoing.update(state=ImportState.UNDONE, undone_at=timezone.now()):
        record_audit("import.undone", data_import, after=counts)
    return counts


def is_untouched(row: Any, imported: ImportRow) -> bool:
    return row is not None and getattr(row, "updated_at", None) == imported.stamp


def referred_to(model: type[Model], keys: set[UUID | None]) -> set[UUID | None]:
    """Those that other data hang on; computed rows (`computed = True` on the model) come and go by themselves."""
    found: set[UUID | None] = set()
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if keys and relation.on_delete is CASCADE and not getattr(other, "computed", False):
            rows = other.objects.filter(**{f"{relation.field.name}__in": keys})
            found |= set(rows.values_list(relation.field.attname, flat=True))
    return found


def remove(resource: Resource, rows: Sequence[Any]) -> None:
    if rows:
        resource.removed(rows)
        for row in rows:
            record_audit(f"{resource.name}.deleted", row, before=resource.render(row))
        resource.model.objects.filter(pk__in=[row.pk for row in rows]).delete()


def restore(resource: Resource, changes: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Give rows the values they had."""
    if not changes:
        return
    fields = {each.attname: each for each in resource.model._meta.concrete_fields}
    writes = []
    for row, values in changes:
        replaced = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, fields[name].to_python(value))
        writes.append(Write(row, created=False, before=replaced))
    update_rows([write.row for write in writes], sorted({name for write in writes for name in write.before}))
    record_changes(resource.name, [(write.row, False, write.before) for write in writes])
    resource.written(writes)


def kept_values(values: dict[str, Any]) -> dict[str, Any]:
    """Old column values as JSON, to be restored from."""
    kept: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return kept
