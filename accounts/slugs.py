"""Names as parts of an address: Latin letters that do not decompose, and Cyrillic, spelt out."""

from __future__ import annotations

from django.utils.text import slugify

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
_SPELT = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "đ": "d", "ß": "ss", **_CYRILLIC})


def slug_of(name: str, length: int = 44) -> str:
    """A slug, or an empty string when nothing of the name can be spelt."""
    return slugify(name.lower().translate(_SPELT)).replace("_", "-")[:length].strip("-")
