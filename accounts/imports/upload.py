"""Reading a file into an import, and checking it as often as its columns change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.imports.actors import actor_payload
from accounts.imports.columns import guessed_mapping, row_object
from accounts.imports.kinds import Kind, kinds
from accounts.imports.reading import Line, RefusedFile, Sheet, read_sheet
from accounts.jobs import enqueue
from accounts.models import DataImport, ImportRow, ImportState, Membership, RowStatus
from accounts.rest.drafts import Draft
from accounts.rest.problems import FieldError
from accounts.rest.statements import insert_rows, new_ids, update_rows
from accounts.rest.upsert import preview
from accounts.services.audit import record_audit

T = TypeVar("T")

CHUNK = 1000
AT_ONCE = 2000  # rows that are checked within the request; larger files are checked by a job
CHECK = "imports.check"


def start_import(
    *, kind: str, file_name: str, content: bytes, mapping: list[str] | None = None, by: Membership | None = None
) -> DataImport:
    """Keep the file's rows; RefusedFile if it cannot be read, and then nothing is kept."""
    sheet = read_sheet(content)
    started = DataImport.objects.create(
        kind=kind,
        file_name=file_name.replace("\x00", "")[-200:] or "import.csv",
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header=sheet.header,
        mapping=mapping or guessed_mapping(kinds[kind], sheet.header),
        created_by=by,
    )
    started.rows_total = _keep_rows(started, sheet)
    started.save(update_fields=["rows_total"])
    record_audit("import.uploaded", started, after={"kind": kind, "rows": started.rows_total})
    return started


def request_check(data_import: DataImport) -> None:
    """Check now if the file is small, else by a job. Any earlier result is forgotten."""
    data_import.state, data_import.position, data_import.counts = ImportState.CHECKING, 0, {}
    data_import.save(update_fields=["state", "position", "counts"])
    if data_import.rows_total <= AT_ONCE:
        check_import(data_import)
    else:
        enqueue(CHECK, key=str(data_import.pk), payload={"import": str(data_import.pk), "actor": actor_payload()})


def check_import(data_import: DataImport) -> None:
    """Say of every row what importing it would do."""
    kind, seen = kinds[data_import.kind], set[Any]()
    for rows in chunks(data_import.rows.order_by("number").iterator(CHUNK)):
        check_rows(data_import, kind, rows, seen)
    data_import.state = ImportState.CHECKED
    data_import.counts = count_rows(data_import)
    data_import.save(update_fields=["state", "counts"])


def check_rows(data_import: DataImport, kind: Kind, rows: list[ImportRow], seen: set[Any]) -> None:
    readable = [row for row in rows if row.is_readable]
    for row, draft in zip(readable, read_rows(data_import, kind, readable, seen), strict=True):
        note(row, draft)
    if readable:
        update_rows(readable, ["status", "errors"])


def read_rows(data_import: DataImport, kind: Kind, rows: list[ImportRow], seen: set[Any]) -> list[Draft]:
    """What would become of the rows; faults of their cells come before those of their values."""
    objects = [row_object(kind, data_import.mapping, row.cells) for row in rows]
    drafts = preview(kind.resource, [values for values, _errors in objects], seen=seen)
    for draft, (_values, errors) in zip(drafts, objects, strict=True):
        draft.errors = merged(errors, draft.errors)
    return drafts


def merged(of_cells: list[FieldError], of_values: list[FieldError]) -> list[FieldError]:
    """A cell that could not be read is not also reported as missing."""
    pointers = {error.pointer for error in of_cells}
    return [*of_cells, *(error for error in of_values if error.pointer not in pointers)]


def note(row: ImportRow, draft: Draft) -> None:
    row.status = RowStatus(draft.status) if draft.good else RowStatus.FAILED
    row.errors = [error.as_json() for error in draft.errors]


def count_rows(data_import: DataImport) -> dict[str, int]:
    statuses = list(data_import.rows.values_list("status", flat=True).iterator())
    return {status: statuses.count(status) for status in RowStatus.values if status in statuses}


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    found = iter(items)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _keep_rows(data_import: DataImport, sheet: Sheet) -> int:
    total = 0
    for lines in chunks(sheet.lines()):
        rows = [_row(data_import, line) for line in lines]
        for row, key in zip(rows, new_ids(len(rows)), strict=True):
            row.pk = key
        insert_rows(rows, skip_collisions=False)
        total += len(rows)
    if not total:
        raise RefusedFile(_("The file has a header and no rows."))
    return total


def _row(data_import: DataImport, line: Line) -> ImportRow:
    cells = [cell.replace("\x00", "\ufffd") for cell in line.cells]
    fault = line.fault
    if not fault and any("\x00" in cell for cell in line.cells):
        fault = _("The row contains the character U+0000.")
    errors = [FieldError("", "unreadable", fault).as_json()] if fault else []
    status = RowStatus.FAILED if fault else RowStatus.WAITING
    return ImportRow(
        data_import=data_import, number=line.number, cells=cells, status=status, errors=errors, is_readable=not fault
    )
