"""Keyset pages: each continues after the last row seen, so inserts neither repeat nor skip rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.rest.fields import Choice, Field, Whole
from accounts.rest.problems import FieldError, Invalid, bad_parameters

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_signer = signing.Signer(salt="accounts.rest.cursors")
_PACK = {datetime: "t", date: "d", UUID: "u"}
_UNPACK: Mapping[str, Any] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID}


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_cursor: str | None


@dataclass(frozen=True)
class Cursor:
    """The place after a row: the order's name, the row's value in it, and its id."""

    order: str
    value: Any
    id: Any

    def seal(self) -> str:
        return _signer.sign_object([self.order, _pack(self.value), _pack(self.id)], compress=True)

    @classmethod
    def open(cls, text: str) -> Cursor:
        try:
            order, value, row_id = _signer.unsign_object(text)
            return cls(order, _unpack(value), _unpack(row_id))
        except (signing.BadSignature, ValueError, TypeError, KeyError, UnicodeError) as error:
            raise Invalid.because("invalid_cursor", _("Was not made by this API.")) from error


class CursorField(Field):
    def parse(self, value: Any) -> Cursor:
        return Cursor.open(value)


def page_parameters(orders: Mapping[str, str], default: str) -> dict[str, Field]:
    """`limit`, `cursor` and, where there is a choice, `order`."""
    names = [sign + name for name in orders for sign in ("", "-")]
    return {
        "limit": Whole(1, MAX_LIMIT, default=DEFAULT_LIMIT),
        "cursor": CursorField(help="`next_cursor` of the page before."),
        "order": Choice(names, default=default, help="A leading hyphen turns the order round."),
    }


def keyset_page(
    rows: QuerySet[Any], *, order: str, column: str, limit: int, cursor: Cursor | None, tie: str = "pk"
) -> Page:
    """One page in the order of a column that is never null; `tie` makes the order total."""
    descending = order.startswith("-")
    if cursor is not None:
        if cursor.order != order:
            message = _("Belongs to another order.")
            raise bad_parameters([FieldError("?cursor", "invalid_cursor", message)])
        rows = rows.filter(_after(cursor, column, tie, descending))
    sign = "-" if descending else ""
    ordered = rows.order_by(*dict.fromkeys([f"{sign}{column}", f"{sign}{tie}"]))
    found = list(ordered[: limit + 1])
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], Cursor(order, _value(last, column), last.pk).seal() if last else None)


def _after(cursor: Cursor, column: str, tie: str, descending: bool) -> Q:
    beyond = "lt" if descending else "gt"
    if column == tie:
        return Q(**{f"{tie}__{beyond}": cursor.id})
    further = Q(**{f"{column}__{beyond}": cursor.value}) | Q(**{f"{tie}__{beyond}": cursor.id})
    return Q(**{f"{column}__{beyond}e": cursor.value}) & further


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name)
    return row


def _pack(value: Any) -> Any:
    kind = _PACK.get(type(value))
    return [kind, value.isoformat() if kind != "u" else str(value)] if kind else value


def _unpack(value: Any) -> Any:
    return _UNPACK[value[0]](value[1]) if isinstance(value, list) else value
