"""Pages of a list whose order column may be unknown: known values first, then the rows without one.

Every page is found from the place of a row in an index, never by counting rows away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

SALT = "accounts.selectors.keyset"


@dataclass(frozen=True, slots=True)
class Order:
    """A column of the listed table to sort by and the one that breaks ties, both inside one index."""

    column: str
    tie: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its order."""

    value: Any
    id: UUID

    def seal(self) -> str:
        value = ["d", self.value.isoformat()] if isinstance(self.value, date) else ["", self.value]
        return signing.dumps([*value, str(self.id)], salt=SALT, compress=True)

    @classmethod
    def open(cls, text: str) -> Place | None:
        """None for what this list did not make; the list then begins at its start."""
        try:
            kind, value, row_id = signing.loads(text, salt=SALT)
            return cls(date.fromisoformat(value) if kind == "d" else value, UUID(row_id))
        except (signing.BadSignature, ValueError, TypeError, UnicodeError):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    previous_cursor: str
    next_cursor: str


def page_of(rows: QuerySet[Any], order: Order, size: int, *, cursor: str = "", before: str = "") -> Page:
    """The rows after `cursor`, or those before `before`, or the first ones."""
    if before and (place := Place.open(before)):
        found = list(reversed(stretch(rows, order, size + 1, place, back=True)))
        return sealed(found[-size:], order, has_before=len(found) > size, has_after=True)
    place = Place.open(cursor) if cursor else None
    found = stretch(rows, order, size + 1, place, back=False)
    return sealed(found[:size], order, has_before=place is not None, has_after=len(found) > size)


def sealed(rows: list[Any], order: Order, *, has_before: bool, has_after: bool) -> Page:
    if not rows:
        return Page([], "", "")
    first, last = place_of(rows[0], order), place_of(rows[-1], order)
    return Page(rows, first.seal() if has_before else "", last.seal() if has_after else "")


def place_of(row: Any, order: Order) -> Place:
    return Place(value_of(row, order.column), value_of(row, order.tie))


def value_of(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def stretch(rows: QuerySet[Any], order: Order, count: int, place: Place | None, *, back: bool) -> list[Any]:
    """`count` rows onward from the place, crossing from known to unknown values or back again."""
    known = rows.filter(**{f"{order.column}__isnull": False}) if order.nullable else rows
    unknown = rows.filter(**{f"{order.column}__isnull": True})
    in_unknown = place is not None and place.value is None
    found: list[Any] = []
    for part, is_unknown in ((unknown, True), (known, False)) if back else ((known, False), (unknown, True)):
        if len(found) == count or (is_unknown and not order.nullable) or (in_unknown and not is_unknown and not back):
            continue
        if back and is_unknown and not in_unknown:
            continue
        start = place if is_unknown == in_unknown else None
        found += run(part, order, count - len(found), start, back=back, is_unknown=is_unknown)
    return found


def run(
    rows: QuerySet[Any], order: Order, count: int, place: Place | None, *, back: bool, is_unknown: bool
) -> list[Any]:
    descending = (order.descending and not is_unknown) != back
    columns = [order.tie] if is_unknown else [order.column, order.tie]
    if place is not None:
        rows = rows.filter(beyond(rows, columns, place, descending))
    sign = "-" if descending else ""
    return list(rows.order_by(*(sign + column for column in columns))[:count])


def beyond(rows: QuerySet[Any], columns: list[str], place: Place, descending: bool) -> RawSQL:
    """The whole key compared at once, so that the index is entered at the place however many rows share a value."""
    table = rows.model._meta.db_table
    names = ", ".join(f'"{table}"."{rows.model._meta.get_field(name).column}"' for name in columns)
    values = [place.value, place.id][-len(columns) :]
    sign = "<" if descending else ">"
    sql = f"({names}) {sign} ({', '.join(['%s'] * len(values))})"
    return RawSQL(sql, values, output_field=BooleanField())  # noqa: S611 - names of columns, values as parameters
