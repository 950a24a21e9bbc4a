"""From JSON to rows that may be saved: values checked, references looked up, all rows of a request together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.nested import JsonObject, add_defaults, clean_fields
from accounts.rest.problems import FieldError
from accounts.rest.references import Ref, Reference
from accounts.rest.resource import Resource


@dataclass
class Draft:
    """One row on its way in: values by field name, or what is wrong with it."""

    index: int
    given: Any
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    row: Any = None
    status: str = ""
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.errors

    def key(self, resource: Resource) -> tuple[Any, ...] | None:
        """What identifies the row, or None if a part of it is missing."""
        key = tuple(self.values.get(name) for name in resource.key)
        return None if None in key else key

    def refuse(self, pointer: str, code: str, message: str) -> None:
        self.errors.append(FieldError(pointer, code, message))


def read_drafts(resource: Resource, rows: Sequence[Any]) -> list[Draft]:
    """Clean what was given; defaults come later, and only for rows that turn out to be new."""
    drafts = []
    for index, given in enumerate(rows):
        values, errors = clean_fields(resource.fields, given, partial=True)
        drafts.append(Draft(index, given, values, errors=errors))
    resolve_references(resource, drafts)
    return drafts


def resolve_references(resource: Resource, drafts: Iterable[Draft]) -> None:
    for name, each in resource.fields.items():
        if not isinstance(each, Ref):
            continue
        naming = [draft for draft in drafts if isinstance(draft.values.get(name), Reference)]
        found = each.resolve({draft.values[name] for draft in naming}) if naming else {}
        for draft in naming:
            key = found.get(draft.values[name])
            draft.values[name] = key
            if key is None:
                draft.refuse(f"/{name}", "not_found", _("There is no such object."))


def fill_new(resource: Resource, draft: Draft) -> None:
    """Defaults of a row that does not exist yet, and complaints about what it lacks."""
    given = draft.given if isinstance(draft.given, dict) else {}
    filled = dict(draft.values)
    draft.errors += add_defaults(resource.fields, filled, given)
    draft.defaults = {name: value for name, value in filled.items() if name not in draft.values}


def attributes(resource: Resource, values: dict[str, Any]) -> dict[str, Any]:
    """Field values as attributes of a new row."""
    found = {}
    for name, value in values.items():
        field = resource.fields[name]
        found[field.source] = field.merged({}, value) if isinstance(field, JsonObject) else value
    return found


def apply(resource: Resource, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Set the values that differ; returns the old ones by attribute."""
    before = {}
    for name, given in values.items():
        field = resource.fields[name]
        source, old = field.source, getattr(row, field.source)
        value = field.merged(old, given) if isinstance(field, JsonObject) else given
        if old != value:
            before[source] = old
            setattr(row, source, value)
    return before
