"""Reading a JSON body strictly: what Python, Postgres or JavaScript would read differently is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from accounts.rest.problems import Problem, malformed

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 40
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return decode(read_limited(stream, MAX_BYTES))


def read_limited(stream: IO[bytes], most: int) -> bytes:
    """The whole body, or 413 before more than `most` bytes are held."""
    body = stream.read(most + 1)
    if len(body) > most:
        raise too_large(most)
    return body


def too_large(most: int) -> Problem:
    return Problem(413, _("The body is larger than %(most)d bytes.") % {"most": most})


def decode(body: bytes) -> Any:
    """The document; a 400 that says why if it is not strict JSON in UTF-8."""
    if not body.strip():
        raise malformed(_("The body is empty; a JSON document is expected."))
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise malformed(_("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise malformed(_("The document is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise malformed(_("The body is not JSON (line %(line)d, column %(column)d).") % where) from error
    except ValueError as error:
        raise malformed(str(error)) from error
    _check_tree(value, look_for_surrogates=bool(_SURROGATE_ESCAPE.search(body)))
    return value


def _decimal(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= 2 * MAX_DIGITS else None
    if number is None or not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        raise ValueError(_("A number is out of range."))
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(_("A number is out of range."))
    return int(text)


def _constant(text: str) -> Any:
    raise ValueError(_("%(text)s is not JSON.") % {"text": text})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("An object names the same key twice."))
    return found


def _check_tree(value: Any, *, look_for_surrogates: bool) -> None:
    """Level by level, so that no document can exhaust the stack."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise malformed(_("The document is nested too deeply."))
        if look_for_surrogates:
            _refuse_surrogates(level)
        level = [
            child
            for node in level
            for child in _children(node)
            if look_for_surrogates or isinstance(child, dict | list)
        ]


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [*node.values(), *node.keys()]
    return node if isinstance(node, list) else []


def _refuse_surrogates(nodes: list[Any]) -> None:
    for node in nodes:
        if isinstance(node, str) and any("\ud800" <= letter <= "\udfff" for letter in node):
            raise malformed(_("A text contains half of a surrogate pair."))
