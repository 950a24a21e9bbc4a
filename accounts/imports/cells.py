"""From what people write in cells to the JSON values that the API's fields check."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.csv_cells import OPENS_FORMULA
from accounts.rest.fields import Choice, Day, Field, Flag, Instant, Number, Whole
from accounts.rest.problems import Invalid
from accounts.rest.references import EXTERNAL, Member, Ref
from accounts.tenancy.scope import current_tenant

YES = {"true", "yes", "y", "1", "x", "tak", "t", "ja", "j", "да"}
NO = {"false", "no", "n", "0", "nie", "nei", "нет"}
_UUID = re.compile(r"^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$", re.IGNORECASE)
_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", re.ASCII)
_GROUPED = re.compile(r"^-?\d{1,3}(?:[., ]\d{3})*(?:[.,]\d+)?$|^-?\d+(?:[.,]\d+)?$", re.ASCII)


def cell_value(field: Field, text: str) -> Any:
    """The value to hand to the field, which has the last word; Invalid where a cell may mean two things."""
    text = plain_text(text)
    if isinstance(field, Flag):
        return True if text.lower() in YES else False if text.lower() in NO else text
    if isinstance(field, Number | Whole):
        number = number_text(text)
        return int(number) if isinstance(field, Whole) and re.fullmatch(r"-?\d{1,30}", number) else number
    if isinstance(field, Day):
        return day_text(text)
    if isinstance(field, Instant):
        return instant_text(text)
    if isinstance(field, Choice):
        return text.lower().replace(" ", "_").replace("-", "_")
    if isinstance(field, Ref) and not isinstance(field, Member):
        return text if text.startswith(EXTERNAL) or _UUID.match(text) else EXTERNAL + text
    return text


def plain_text(cell: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would take for a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(OPENS_FORMULA) else text


def number_text(text: str) -> str:
    """`1 234,50`, `1.234,50` and `1,234.50` as 1234.50; `1,234` and `1.234` may mean two things and are refused."""
    bare = re.sub(r"[\s\u00a0\u202f']", "", text)
    if not _GROUPED.match(bare):
        return text
    marks = [mark for mark in bare if mark in ".,"]
    if not marks:
        return bare
    last = bare.rindex(marks[-1])
    if len(set(marks)) == 1 and len(marks) > 1:
        return re.sub(r"[.,]", "", bare)
    if len(marks) == 1 and len(bare) - last == 4 and not bare.lstrip("-").startswith("0"):
        raise Invalid.because("ambiguous", _("Thousands or decimals? Write 1234 or 1.2340."))
    return f"{re.sub('[.,]', '', bare[:last])}.{bare[last + 1 :]}"


def day_text(text: str) -> str:
    """ISO dates, with a midnight after them or not, and 31.01.2026; dates with slashes may mean two things."""
    if found := _DOTTED.match(text):
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if "/" in text:
        raise Invalid.because("ambiguous", _("Day or month first? Write 2026-01-31."))
    return re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)


def instant_text(text: str) -> str:
    """A time without offset is the tenant's own; a date is its midnight."""
    try:
        moment = datetime.fromisoformat(day_text(text))
    except ValueError:
        return text
    return moment.replace(tzinfo=moment.tzinfo or current_tenant().zone).isoformat()
