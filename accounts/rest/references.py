"""Keys to other rows, given as `id`, as `external:<value>` or, for people, by e-mail; looked up many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.rest.fields import Field, Schema, text_of
from accounts.rest.problems import Invalid

EXTERNAL = "external:"


@dataclass(frozen=True)
class Reference:
    """What somebody calls a row: by its id or by a name of their own."""

    column: str
    value: Any


def reference_of(value: Any) -> Reference:
    text = text_of(value)
    if text.startswith(EXTERNAL) and 0 < len(text) - len(EXTERNAL) <= 200:
        return Reference("external_id", text[len(EXTERNAL) :])
    try:
        return Reference("pk", UUID(text))
    except ValueError as error:
        raise Invalid.because("invalid_format", _("Must be an id or external:<your id>.")) from error


class Ref(Field):
    """A row of another collection of the same tenant."""

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(**options)
        self.model = model

    def parse(self, value: Any) -> Any:
        return reference_of(value)

    def resolve(self, wanted: Iterable[Reference]) -> dict[Reference, Any]:
        """Primary keys of those that exist in this tenant: at most one statement per kind of reference."""
        found: dict[Reference, Any] = {}
        for column, values in _by_column(wanted).items():
            rows = self.candidates().filter(**{f"{column}__in": values}).values_list(column, "pk")
            found |= {Reference(column, value): pk for value, pk in rows}
        return found

    def candidates(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model.objects.all()
        return found

    def from_query(self, text: str) -> Any:
        """The primary key, or None for a row that is not there: a filter by it then finds nothing."""
        reference = self.clean(text)
        return self.resolve([reference]).get(reference)

    def render(self, value: Any) -> Any:
        return None if value is None else str(value)

    def details(self) -> Schema:
        return {"examples": ["0198c8c8-0000-7000-8000-000000000000", "external:your-id"]}


class Member(Ref):
    """A member of the team, named by e-mail address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Membership, **options)

    def parse(self, value: Any) -> Any:
        return Reference("email", text_of(value).strip().lower())

    def resolve(self, wanted: Iterable[Reference]) -> dict[Reference, Any]:
        emails = {each.value for each in wanted}
        rows = (
            Membership.objects.active()
            .annotate(email=Lower("user__email"))
            .filter(email__in=emails)
            .values_list("email", "pk")
        )
        return {Reference("email", email): pk for email, pk in rows}

    def read(self, row: Any) -> Any:
        membership = getattr(row, self.source.removesuffix("_id"))
        return membership.user.email if membership is not None else None

    def details(self) -> Schema:
        return {"format": "email"}


def _by_column(wanted: Iterable[Reference]) -> dict[str, set[Any]]:
    columns: dict[str, set[Any]] = {}
    for each in wanted:
        columns.setdefault(each.column, set()).add(each.value)
    return columns
