"""Importing the rows, chunk by chunk, each chunk with its results in one transaction: a job that may be killed at any
moment goes on where it was."""

from __future__ import annotations

from django.utils import timezone

from accounts.imports.actors import actor_payload
from accounts.imports.columns import row_object
from accounts.imports.kinds import Kind, kinds
from accounts.imports.undoing import kept_values
from accounts.imports.upload import CHUNK, count_rows, note
from accounts.jobs import enqueue
from accounts.models import DataImport, ImportRow, ImportState
from accounts.rest.statements import update_rows
from accounts.rest.upsert import upsert
from accounts.services.audit import record_audit

APPLY = "imports.apply"


def request_apply(data_import: DataImport) -> bool:
    """Let a job import the rows; False unless the import has been checked."""
    ready = DataImport.objects.filter(pk=data_import.pk, state=ImportState.CHECKED)
    if not ready.update(state=ImportState.APPLYING, position=0):
        return False
    data_import.refresh_from_db()
    payload = {"import": str(data_import.pk), "actor": actor_payload()}
    enqueue(APPLY, key=str(data_import.pk), payload=payload)
    return True


def apply_chunk(data_import: DataImport) -> int:
    """Import the next rows and say how many they were. Belongs in one transaction."""
    locked = DataImport.objects.select_for_update().get(pk=data_import.pk)
    if locked.state != ImportState.APPLYING:
        return 0
    rows = list(locked.rows.filter(number__gt=locked.position).order_by("number")[:CHUNK])
    if rows:
        apply_rows(locked, kinds[locked.kind], [row for row in rows if row.is_readable])
        DataImport.objects.filter(pk=locked.pk).update(position=rows[-1].number)
    return len(rows)


def apply_rows(data_import: DataImport, kind: Kind, rows: list[ImportRow]) -> None:
    """Repetitions inside the file were marked when it was checked, and stay refused."""
    once = [row for row in rows if not any(error["code"] == "duplicate" for error in row.errors)]
    objects = [row_object(kind, data_import.mapping, row.cells) for row in once]
    sound = [(row, values) for row, (values, errors) in zip(once, objects, strict=True) if not errors]
    drafts = upsert(kind.resource, [values for _row, values in sound])
    for (row, _values), draft in zip(sound, drafts, strict=True):
        note(row, draft)
        row.object_id = draft.row.pk if draft.good else None
        row.before = kept_values(draft.before) if draft.status == "updated" and draft.good else None
        row.stamp = getattr(draft.row, "updated_at", None) if draft.good else None
    if sound:
        update_rows([row for row, _values in sound], ["status", "errors", "object_id", "before", "stamp"])


def finish_apply(data_import: DataImport) -> dict[str, int]:
    counts = count_rows(data_import)
    applying = DataImport.objects.filter(pk=data_import.pk, state=ImportState.APPLYING)
    if applying.update(state=ImportState.APPLIED, applied_at=timezone.now(), counts=counts):
        record_audit("import.applied", data_import, after=counts)
    return counts
