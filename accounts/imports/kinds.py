"""What can be imported: a resource of the API under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import FieldDoesNotExist

from accounts.rest.nested import JsonObject, ListOf, Record
from accounts.rest.resource import Resource

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Kind:
    """`free` names the field that takes columns of any name, as `attributes.<column>`."""

    name: str
    label: str | _StrPromise
    resource: Resource
    free: str = ""

    @property
    def columns(self) -> list[str]:
        """Fields that a cell can fill."""
        return [
            name
            for name, field in self.resource.fields.items()
            if not field.read_only and not isinstance(field, JsonObject | ListOf | Record)
        ]

    def title(self, name: str) -> str:
        """How people call a field."""
        try:
            return str(self.resource.model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            return name

    @property
    def required(self) -> list[str]:
        """Fields without which no row can be recognised."""
        return list(self.resource.key)


kinds: dict[str, Kind] = {}


def register_kind(name: str, label: str | _StrPromise, resource: Resource, *, free: str = "") -> None:
    kinds[name] = Kind(name, label, resource, free)
