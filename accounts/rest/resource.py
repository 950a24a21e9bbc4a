"""What a collection of the API is: a model, its fields, and what follows when rows change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.rest.cursors import page_parameters
from accounts.rest.fields import Field
from accounts.rest.openapi import component, inputs, object_schema
from accounts.rest.problems import FieldError
from accounts.rest.references import Ref


@dataclass(frozen=True)
class Write:
    """One row that was made or changed. `before` holds the old values of the columns that changed."""

    row: Any
    created: bool
    before: dict[str, Any] = field(default_factory=dict)


class Resource:
    """Declare one, pass an instance to `collection_routes`, and list, create, read, change, delete and bulk exist.

    Field names are the API's; a field's `source` is the model attribute (default: the name; `<name>_id` for a Ref).
    `key` names the fields that identify a row in a bulk upsert.
    """

    model: ClassVar[Any]
    name: ClassVar[str]  # component name in OpenAPI and object type in the audit log: "customer"
    fields: ClassVar[Mapping[str, Field]]
    key: ClassVar[tuple[str, ...]] = ("external_id",)
    orders: ClassVar[Mapping[str, str]] = {"id": "pk"}
    default_order: ClassVar[str] = "-id"
    filters: ClassVar[Mapping[str, Field]] = {}
    read_scope: ClassVar[str] = "read"
    write_scope: ClassVar[str] = "write"
    label: ClassVar[str] = ""

    def __init__(self) -> None:
        for fields in (self.fields, self.filters):
            for name, each in fields.items():
                each.source = each.source or (f"{name}_id" if isinstance(each, Ref) else name)
        self.write_schema = component(f"{self.component}Write", inputs(self.fields, required=False))
        self.create_schema = component(f"{self.component}Create", inputs(self.fields))
        self.read_schema = component(self.component, self._read_schema())

    @property
    def component(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))

    def _read_schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = object_schema(self.fields)["properties"]
        return {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}, **properties}}

    # Reading

    def rows(self) -> QuerySet[Any]:
        """The rows that this resource shows, with what rendering needs."""
        found: QuerySet[Any] = self.model.objects.all()
        return found

    def render(self, row: Any) -> dict[str, Any]:
        return {"id": str(row.pk), **{name: each.read(row) for name, each in self.fields.items()}}

    def parameters(self) -> dict[str, Field]:
        return {**page_parameters(self.orders, self.default_order), **self.filters}

    def narrow(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Apply one filter; by default equality with the filter's source."""
        return rows.filter(**{self.filters[name].source: value})

    # Writing

    def prepare(self, rows: Sequence[Any]) -> None:
        """Complete new or changed rows before they are checked (defaults that depend on other rows)."""

    def check(self, row: Any) -> Iterable[FieldError]:
        """Rules between the fields of a row."""
        return ()

    def written(self, writes: Sequence[Write]) -> None:
        """Record one event for everything one request wrote; nothing is called if nothing changed."""

    def removed(self, rows: Sequence[Any]) -> None:
        """As `written`, before the rows go."""

    @property
    def sources(self) -> dict[str, str]:
        """Field names by model attribute."""
        return {each.source: name for name, each in self.fields.items()}
