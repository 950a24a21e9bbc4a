"""Which encoding a file is in. UTF-8 and UTF-16 say so themselves; the old ones are told apart by their letters."""

from __future__ import annotations

import codecs
import unicodedata

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LETTERS = {
    "cp1250": set("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžäöüßőű"),
    "cp1252": set("æøåÆØÅäöüÄÖÜéèêëàâçïîôùûñßáíóú"),
    "cp1251": {chr(code) for code in range(0x410, 0x450)} | set("ёЁ№"),
}
SAMPLE = 200_000


class Unreadable(ValueError):
    """The file is not text in any encoding that we know."""


def decode_file(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return _strictly(content, encoding), encoding.removesuffix("-sig")
    if wide := _utf16_without_mark(content):
        return _strictly(content, wide), "utf-16"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = max(LETTERS, key=lambda name: _likeness(content[:SAMPLE], name))
        return content.decode(encoding, "replace"), encoding


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(encoding) from error


def _utf16_without_mark(content: bytes) -> str:
    """Latin text in UTF-16 has a zero in every second byte."""
    sample = content[:2000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) >= 4 and max(even, odd) > len(sample) * 0.35:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _likeness(sample: bytes, encoding: str) -> int:
    """How many of the letters beyond ASCII are those of the encoding's languages; symbols count against it."""
    text = sample.decode(encoding, "replace")
    foreign = [letter for letter in text if letter > "\x7f"]
    liked = sum(letter in LETTERS[encoding] for letter in foreign)
    odd = sum(not unicodedata.category(letter).startswith("L") for letter in foreign)
    return 2 * liked - odd
