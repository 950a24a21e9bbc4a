"""Values made of values: free JSON objects, lists, and records with named fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.fields import UNSET, Field, Schema, described, text_of
from accounts.rest.problems import FieldError, Invalid


class JsonObject(Field):
    """Free content of bounded size.

    With `merges`, a change names only the keys that change and null takes one away, as Stripe's metadata does.
    """

    type = "object"

    def __init__(self, max_bytes: int = 64 * 1024, *, merges: bool = False, **options: Any) -> None:
        super().__init__(**{"default": dict, **options})
        self.max_bytes = max_bytes
        self.merges = merges

    def merged(self, old: Any, given: Any) -> Any:
        if not self.merges:
            return given
        return {name: value for name, value in {**(old or {}), **given}.items() if value is not None}

    def parse(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Invalid.because("invalid_type", _("Must be a JSON object."))
        storable = _storable(value, "")
        if len(json.dumps(storable)) > self.max_bytes:
            raise Invalid.because("too_long", _("Is larger than %(most)d bytes.") % {"most": self.max_bytes})
        return storable

    def from_query(self, text: str) -> Any:
        raise Invalid.because("invalid_type", _("Cannot be filtered by."))

    def details(self) -> Schema:
        return {"additionalProperties": True}


class Flags(JsonObject):
    """Names that are each true or false."""

    def parse(self, value: Any) -> Any:
        flags = super().parse(value)
        errors = [_not_a_flag(name) for name, flag in flags.items() if not self._fits(flag)]
        if errors:
            raise Invalid(*errors)
        return flags

    def _fits(self, flag: Any) -> bool:
        return isinstance(flag, bool) or (flag is None and self.merges)

    def details(self) -> Schema:
        return {"additionalProperties": {"type": "boolean"}}


class ListOf(Field):
    """A list whose items are all of one kind."""

    type = "array"

    def __init__(self, item: Field, *, most: int = 1000, least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.item, self.least, self.most = item, least, most

    def parse(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise Invalid.because("invalid_type", _("Must be a list."))
        if not self.least <= len(value) <= self.most:
            bounds = {"least": self.least, "most": self.most}
            raise Invalid.because("wrong_length", _("Must have between %(least)d and %(most)d items.") % bounds)
        items, errors = [], []
        for index, each in enumerate(value):
            try:
                items.append(self.item.clean(each))
            except Invalid as error:
                errors += [fault.below(f"/{index}") for fault in error.errors]
        if errors:
            raise Invalid(*errors)
        return items

    def render(self, value: Any) -> Any:
        return None if value is None else [self.item.render(each) for each in value]

    def details(self) -> Schema:
        return {"items": self.item.describe(), "minItems": self.least, "maxItems": self.most}


class Record(Field):
    """An object with named fields; unknown names are refused."""

    type = "object"

    def __init__(self, fields: Mapping[str, Field], **options: Any) -> None:
        super().__init__(**options)
        self.fields = fields

    def parse(self, value: Any) -> Any:
        values, errors = clean_fields(self.fields, value)
        if errors:
            raise Invalid(*errors)
        return values

    def render(self, value: Any) -> Any:
        return None if value is None else {name: field.render(value.get(name)) for name, field in self.fields.items()}

    def details(self) -> Schema:
        return object_schema(self.fields)


def object_schema(fields: Mapping[str, Field], *, required: bool = True) -> Schema:
    schema: Schema = {"properties": described(fields), "additionalProperties": False}
    names = [name for name, field in fields.items() if field.required]
    return schema | ({"required": names} if names and required else {})


def clean_fields(
    fields: Mapping[str, Field], data: Any, *, partial: bool = False
) -> tuple[dict[str, Any], list[FieldError]]:
    """Values by field name, with defaults unless `partial`, and everything that is wrong."""
    if not isinstance(data, dict):
        return {}, [FieldError("", "invalid_type", _("Must be a JSON object."))]
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, value in data.items():
        field = fields.get(name)
        if field is None or field.read_only:
            errors.append(_refused(name, known=field is not None))
            continue
        try:
            values[name] = field.clean(value)
        except Invalid as error:
            errors += [fault.below(f"/{name}") for fault in error.errors]
    if not partial:
        errors += add_defaults(fields, values, given=data)
    return values, errors


def add_defaults(fields: Mapping[str, Field], values: dict[str, Any], given: Mapping[str, Any]) -> list[FieldError]:
    """Fill in what was left out; says what may not be."""
    missing = []
    for name, field in fields.items():
        if name in values or name in given or field.read_only:
            continue
        if field.required:
            missing.append(FieldError(f"/{name}", "required", _("Is required.")))
        elif field.default is not UNSET:
            values[name] = field.default() if callable(field.default) else field.default
    return missing


def escaped(name: str) -> str:
    """A key as one step of a JSON pointer, of bearable length."""
    return name[:100].replace("~", "~0").replace("/", "~1")


def _refused(name: str, *, known: bool) -> FieldError:
    if known:
        return FieldError(f"/{escaped(name)}", "read_only", _("Cannot be set."))
    return FieldError(f"/{escaped(name)}", "unknown_field", _("There is no such field."))


def _not_a_flag(name: str) -> FieldError:
    return FieldError(f"/{escaped(name)}", "invalid_type", _("Must be true or false."))


def _storable(value: Any, pointer: str) -> Any:
    """What jsonb takes: no U+0000, and decimals as JSON numbers. The parser has bounded the depth."""
    if isinstance(value, dict):
        return {_storable(key, pointer): _storable(child, f"{pointer}/{escaped(key)}") for key, child in value.items()}
    if isinstance(value, list):
        return [_storable(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    if isinstance(value, Decimal):
        return float(value)
    try:
        return text_of(value) if isinstance(value, str) else value
    except Invalid as error:
        raise Invalid(*(fault.below(pointer) for fault in error.errors)) from error
