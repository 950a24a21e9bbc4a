"""Fonts cut down to the letters that their part of the style sheet names: a fifth of what the packages ship."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# What perennial.css uses: kerning, marks, figures of one width, and the plainer forms of some letters.
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "cv03", "cv04", "cv11"]

LATIN = "0000-00FF 0131 0152-0153 02BB-02BC 02C6 02DA 02DC 2000-206F 20AC 2122 2190-2193 2212 2215 FEFF FFFD"
LATIN_EXTENDED = "0100-017F 0218-021B 1E9E 20A0-20C0"


def code_points(ranges: str) -> list[int]:
    found: list[int] = []
    for part in ranges.split():
        first, _, last = part.partition("-")
        found += range(int(first, 16), int(last or first, 16) + 1)
    return found


@cache
def reduced_font(path: Path, ranges: str) -> bytes:
    """The font with these letters and our features only, all weights kept."""
    options = Options(layout_features=FEATURES, hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=code_points(ranges))
    with TTFont(path) as font:
        subsetter.subset(font)
        font.flavor = "woff2"
        file = BytesIO()
        font.save(file)
    return file.getvalue()
