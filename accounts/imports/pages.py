"""What the import pages show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.imports.kinds import Kind, kinds
from accounts.models import DataImport, ImportRow, ImportState, RowStatus

PREVIEW = 25
SAMPLES = 3
RUNNING = (ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)
TONES = {
    RowStatus.CREATED: "good",
    RowStatus.UPDATED: "info",
    RowStatus.UNCHANGED: "muted",
    RowStatus.FAILED: "bad",
    RowStatus.UNDONE: "warn",
    RowStatus.KEPT: "warn",
    RowStatus.WAITING: "muted",
}


@dataclass(frozen=True)
class Column:
    """One column of the file: its first cells, and the fields that it may fill."""

    title: str
    field: str
    samples: list[str]
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class PreviewRow:
    number: int
    label: str
    tone: str
    cells: list[str]
    faults: list[str]


def columns_of(data_import: DataImport) -> list[Column]:
    kind = kinds[data_import.kind]
    first = [row.cells for row in data_import.rows.order_by("number")[:SAMPLES]]
    fields = sorted(((name, kind.title(name)) for name in kind.columns), key=lambda option: option[1].lower())
    columns = []
    for place, (title, field) in enumerate(zip(data_import.header, data_import.mapping, strict=True)):
        samples = [cells[place][:40] for cells in first if place < len(cells) and cells[place].strip()]
        columns.append(Column(title, field, samples, [*fields, *free_option(kind, title, field)]))
    return columns


def free_option(kind: Kind, title: str, field: str) -> list[tuple[str, str]]:
    """Keeping the column as an attribute of its own, under a name made from its title."""
    if not kind.free:
        return []
    name = field if field.startswith(f"{kind.free}.") else f"{kind.free}.{attribute_name(title)}"
    return [(name, _("attribute “%(name)s”") % {"name": name.partition(".")[2]})]


def attribute_name(title: str) -> str:
    return re.sub(r"\W+", "_", title.strip().lower()).strip("_")[:100] or "column"


def preview_of(data_import: DataImport) -> list[PreviewRow]:
    """The first rows, those that were refused before the others."""
    kind = kinds[data_import.kind]
    failed = list(data_import.rows.filter(status=RowStatus.FAILED).order_by("number")[:PREVIEW])
    others = data_import.rows.exclude(status=RowStatus.FAILED).order_by("number")[: PREVIEW - len(failed)]
    return [shown_row(kind, row) for row in [*failed, *others]]


def shown_row(kind: Kind, row: ImportRow) -> PreviewRow:
    status = RowStatus(row.status)
    cells = [cell[:60] for cell in row.cells]
    return PreviewRow(row.number, str(status.label), TONES[status], cells, list(faults_of(kind, row)))


def faults_of(kind: Kind, row: ImportRow) -> Iterator[str]:
    """The errors of a row as sentences that begin with the field."""
    for error in row.errors:
        name = error["pointer"].strip("/").split("/")[0]
        yield f"{kind.title(name)}: {error['message']}" if name else error["message"]


def progress_of(data_import: DataImport) -> int:
    """Per cent of the rows that the running job has done."""
    rows, total = data_import.rows, max(1, data_import.rows_total)
    if data_import.state == ImportState.APPLYING:
        return 100 * rows.filter(number__lte=data_import.position).count() // total
    if data_import.state == ImportState.UNDOING:
        return 100 * rows.filter(status__in=[RowStatus.UNDONE, RowStatus.KEPT]).count() // total
    return 100 * rows.exclude(status=RowStatus.WAITING).count() // total


def shown_counts(data_import: DataImport) -> list[tuple[str, str, int]]:
    """(label, tone, rows) of each outcome."""
    counts: dict[str, Any] = data_import.counts
    return [(str(status.label), TONES[status], counts[status]) for status in RowStatus if counts.get(status)]


def refused_rows(data_import: DataImport) -> Iterator[list[Any]]:
    """The rows to mend, as they were, with a last column that says what is wrong."""
    kind = kinds[data_import.kind]
    yield [*data_import.header, _("What is wrong")]
    for row in data_import.rows.filter(status=RowStatus.FAILED).order_by("number").iterator(1000):
        padding = [""] * (len(data_import.header) - len(row.cells))
        yield [*row.cells, *padding, " ".join(faults_of(kind, row))]
