from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.imports.encodings import decode_file
from accounts.imports.reading import CELL_LIMIT, MAX_ROWS, RefusedFile, Sheet, read_sheet

POLISH = "id;nazwa\n1;Zażółć gęślą jaźń\n"
NORWEGIAN = "id;navn\n1;Blåbærsyltetøy på Ærø\n"
RUSSIAN = "id;название\n1;Съешь ещё этих мягких булок\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (POLISH, "utf-8"),
        (POLISH, "utf-8-sig"),
        (POLISH, "utf-16"),
        (POLISH, "utf-16-le"),
        (POLISH, "utf-16-be"),
        (POLISH, "cp1250"),
        (NORWEGIAN, "cp1252"),
        (NORWEGIAN, "latin-1"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "utf-8"),
    ],
)
def test_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decode_file(text.encode(encoding))[0] == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_utf8_is_never_mistaken(text: str) -> None:
    content = text.encode()
    assert decode_file(codecs.BOM_UTF8 + content)[0] == text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
        lines = list(sheet.lines())
    except RefusedFile:
        return
    assert all(line.fault or len(line.cells) == len(sheet.header) for line in lines)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_recognised(delimiter: str) -> None:
    sheet = read_sheet(f'id{delimiter}"a,b;c"\n1{delimiter}2\n'.encode())
    assert (sheet.delimiter, sheet.header) == (delimiter, ["id", "a,b;c"])


def test_declared_delimiter_and_single_column() -> None:
    assert read_sheet(b"sep=;\nid;name\n1;a\n").header == ["id", "name"]
    assert read_sheet(b"id\n1\n").header == ["id"]


def test_ragged_rows_are_named_by_their_line() -> None:
    sheet = read_sheet(b'id,name\n1,"two\nlines"\n2\n\n3,c,,\n4,d,e\n')
    assert [(line.number, bool(line.fault)) for line in sheet.lines()] == [(2, False), (4, True), (6, False), (7, True)]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"id,id\n1,2\n", "Two columns"),
        (b'id,name\n1,"open\n' + b"x" * CELL_LIMIT * 2, "quotation"),
        (b"id,name\n1," + b"x" * (CELL_LIMIT + 1), "Line 2"),
        (b"," * 300 + b"a\n", "columns"),
        (b"\x00\x01\x02id,\x00\n", "U+0000"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "not text"),
        (b"x" * 21 * 1024 * 1024, "MB"),
    ],
)
def test_file_that_cannot_be_used_says_why(content: bytes, word: str) -> None:
    with pytest.raises(RefusedFile, match=word.replace("+", r"\+")):
        list(read_sheet(content).lines())


def test_too_many_rows_are_refused() -> None:
    sheet = Sheet("utf-8", ",", ["id"], "id\n" + "1\n" * (MAX_ROWS + 1))
    with pytest.raises(RefusedFile, match="rows"):
        list(sheet.lines())
