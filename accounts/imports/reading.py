"""From the bytes of a CSV file to numbered lines of cells, with the lines that cannot be used named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.imports.encodings import Unreadable, decode_file

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
DELIMITERS = ";,\t|"
CELL_LIMIT = 131_072  # of csv itself, in characters


class RefusedFile(ValueError):
    """The file as a whole cannot be imported; the message says why and where."""


@dataclass(frozen=True)
class Line:
    number: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True)
class Sheet:
    """A file that has been understood: its header, and its lines on demand."""

    encoding: str
    delimiter: str
    header: list[str]
    text: str

    def lines(self) -> Iterator[Line]:
        rows = _rows(self.text, self.delimiter)
        next(rows)
        count = 0
        for number, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise RefusedFile(_("The file has more than %(most)d rows.") % {"most": MAX_ROWS})
            yield Line(number, *self._fitted(cells))

    def _fitted(self, cells: list[str]) -> tuple[list[str], str]:
        width = len(self.header)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if len(cells) == width:
            return cells, ""
        found = {"cells": len(cells), "columns": width}
        return cells[:width], _("The row has %(cells)d cells, the header %(columns)d.") % found


def read_sheet(content: bytes) -> Sheet:
    """Find out encoding, delimiter and header; RefusedFile if there is nothing to import."""
    if len(content) > MAX_BYTES:
        raise RefusedFile(_("The file is larger than %(most)d MB.") % {"most": MAX_BYTES // 1024 // 1024})
    try:
        text, encoding = decode_file(content)
    except Unreadable as error:
        raise RefusedFile(_("The file is not text.")) from error
    text, delimiter = _delimiter(text)
    header = next(_rows(text, delimiter), (0, []))[1]
    while header and not header[-1].strip():
        header.pop()
    return Sheet(encoding, delimiter, _checked_header(header), text)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = _("Line %(line)d cannot be read. Is a quotation mark missing? (%(error)s)")
            raise RefusedFile(message % {"line": start, "error": error}) from error
        yield start, cells


def _delimiter(text: str) -> tuple[str, str]:
    """What Excel declares (`sep=;`), else the separator that the first line has most of."""
    first, _newline, rest = text.partition("\n")
    declared = first.strip().lower().removeprefix("sep=")
    if first.strip().lower().startswith("sep=") and declared in DELIMITERS:
        return rest, declared
    bare = "".join(part for place, part in enumerate(first.split('"')) if place % 2 == 0)
    return text, max(DELIMITERS, key=bare.count) if any(mark in bare for mark in DELIMITERS) else ","


def _checked_header(header: list[str]) -> list[str]:
    names = [name.strip()[:100] or _("Column %(number)d") % {"number": place + 1} for place, name in enumerate(header)]
    if not names:
        raise RefusedFile(_("The file is empty."))
    if len(names) > MAX_COLUMNS:
        raise RefusedFile(_("The file has more than %(most)d columns.") % {"most": MAX_COLUMNS})
    if any("\x00" in name for name in names):
        raise RefusedFile(_("The header contains the character U+0000; the file is not text."))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedFile(_("Two columns are called “%(name)s”.") % {"name": twice[0]})
    return names
