from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.models import Stage
from accounts.rest.collections import (
    BULK_ANSWER,
    BulkView,
    CollectionView,
    ItemView,
    bulk_answer,
    find_row,
    rows_of,
)
from accounts.rest.drafts import Draft, fill_new, read_drafts
from accounts.rest.fields import Choice, ExternalId, Field, Flag, Instant, Schema, Text, Whole
from accounts.rest.nested import ListOf
from accounts.rest.openapi import Operation, listing
from accounts.rest.problems import FieldError, invalid
from accounts.rest.resource import Resource
from accounts.rest.views import Request, Response
from health.api.receipts import number
from health.definition import Definition
from health.definition_check import DefinitionError
from health.models import Scorecard, ScorecardVersion
from health.services.scorecards import archive_scorecard, create_scorecard, publish_version, read_document

PARTS = ("groups", "bands", "caps")
_NUMBER: Schema = {"type": ["number", "string"]}
_MAYBE: Schema = {"type": ["number", "string", "null"]}
_DAYS: Schema = {"type": ["integer", "null"], "minimum": 0}
_KEY: Schema = {"type": "string", "maxLength": 64}
_MEASURE: Schema = {
    "type": "object",
    "required": ["key", "weight"],
    "properties": {
        "key": _KEY,
        "weight": _NUMBER,
        "red": _NUMBER,
        "green": _NUMBER,
        "mid": _MAYBE,
        "log": {"type": "boolean"},
        "fresh_days": _DAYS,
        "expire_days": _DAYS,
    },
}
_GROUP: Schema = {
    "type": "object",
    "required": ["key", "weight", "measures"],
    "properties": {"key": _KEY, "weight": _NUMBER, "measures": {"type": "array", "items": _MEASURE}},
}
_CAP: Schema = {
    "type": "object",
    "required": ["measure", "limit"],
    "properties": {
        "key": _KEY,
        "measure": _KEY,
        "above": _MAYBE,
        "below": _MAYBE,
        "limit": {"type": "integer", "minimum": 0, "maximum": 99},
    },
}
SCHEMAS: dict[str, Schema] = {
    "groups": {"type": "array", "items": _GROUP},
    "bands": {"type": "object", "properties": {"yellow": {"type": "integer"}, "green": {"type": "integer"}}},
    "caps": {"type": "array", "items": _CAP},
}


class Part(Field):
    """A part of the document; it is checked as a whole."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(**options)
        self.name = name

    def parse(self, value: Any) -> Any:
        return value

    def read(self, row: Any) -> Any:
        return shown(row.newest.document)[self.name]

    def describe(self) -> Schema:
        return SCHEMAS[self.name] | {"description": self.help}


class Scorecards(Resource):
    model = Scorecard
    name = "scorecard"
    fields = {
        "external_id": ExternalId(),
        "name": Text(100),
        "stage": Choice(Stage.values, null=True, help="Instead of `stages`, where there is one."),
        "stages": ListOf(Choice(Stage.values), most=7, help="Stages it serves; empty: those that no other one takes."),
        "priority": Whole(-32_000, 32_000, null=True, help="Lower goes first; a new one goes before all others."),
        "bands": Part("bands", help="Lowest displayed score of yellow and green."),
        "groups": Part("groups", help="Groups of measures with their weights and anchors."),
        "caps": Part("caps", help="While `measure` is above or below, the score is at most `limit`."),
        "note": Text(200, null=True, help="Why this version."),
        "version": Whole(read_only=True),
        "version_id": Text(read_only=True),
        "archived": Flag(read_only=True),
        "created_at": Instant(read_only=True),
    }
    filters = {"external_id": ExternalId()}
    orders = {"id": "pk"}

    def rows(self) -> Any:
        return Scorecard.objects.filter(archived_at=None)

    def render(self, row: Any) -> dict[str, Any]:
        row.newest = ScorecardVersion.objects.get(scorecard=row, number=row.version)
        return {
            "id": str(row.pk),
            "external_id": row.external_id,
            "name": row.name,
            "stage": row.stages[0] if len(row.stages) == 1 else None,
            "stages": list(row.stages),
            "priority": row.priority,
            **shown(row.newest.document),
            "note": row.newest.note or None,
            "version": row.version,
            "version_id": str(row.newest.pk),
            "archived": row.archived_at is not None,
            "created_at": row.created_at.isoformat(),
        }


def shown(document: dict[str, Any]) -> dict[str, Any]:
    """The stored document with its figures as JSON numbers."""
    return {name: _numbers(document[name]) for name in PARTS}


_FIGURES = ("weight", "red", "green", "mid", "above", "below")


def _numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(each) for each in value]
    if isinstance(value, dict):
        return {
            name: number(_decimal(each)) if name in _FIGURES and not isinstance(each, int) else _numbers(each)
            for name, each in value.items()
        }
    return value


def _decimal(text: str | None) -> Any:
    return None if text is None else float(text)


scorecards = Scorecards()


def save(draft: Draft, card: Scorecard | None) -> Scorecard | None:
    """Create or publish what the draft says; its errors say why not. Returns the card if something changed."""
    values = draft.values
    definition = _definition(draft, card)
    stages = values.get("stages")
    if "stage" in values and stages is None:
        stages = [values["stage"]] if values["stage"] else []
    if definition is None or not draft.good:
        return None
    if card is None:
        made = create_scorecard(
            name=values.get("name") or _("Scorecard"),
            stages=stages or [],
            definition=definition,
            priority=values.get("priority"),
            external_id=values.get("external_id"),
        )
        draft.status = "created"
        return made
    version = publish_version(
        card,
        definition,
        name=values.get("name"),
        stages=stages,
        priority=values.get("priority"),
        note=values.get("note", ""),
    )
    draft.status = "updated" if version else "unchanged"
    return card


def _definition(draft: Draft, card: Scorecard | None) -> Definition | None:
    given = {name: draft.values[name] for name in PARTS if name in draft.values}
    if card is not None:
        newest = ScorecardVersion.objects.get(scorecard=card, number=card.version)
        given = {**newest.document, **given}
    try:
        return read_document(given)
    except DefinitionError as error:
        draft.errors += [FieldError(pointer, "invalid", message) for pointer, message in error.faults]
        return None


def _refuse_if_wrong(draft: Draft) -> None:
    if not draft.good:
        raise invalid(draft.errors)


class ScorecardCollection(CollectionView):
    def post(self, request: Request) -> Response:
        draft = read_drafts(scorecards, [request.data])[0]
        _refuse_if_wrong(draft)
        if _named(draft) is not None:
            raise invalid([FieldError("/external_id", "taken", _("Another object has it."))])
        fill_new(scorecards, draft)
        card = save(draft, None)
        _refuse_if_wrong(draft)
        assert card is not None
        location = f"{request.path.rstrip('/')}/{card.pk}"
        return Response(scorecards.render(card), status=201, headers={"Location": location})


class ScorecardItem(ItemView):
    def patch(self, request: Request, id: str) -> Response:
        card = find_row(scorecards, id, lock=True)
        draft = read_drafts(scorecards, [request.data])[0]
        _refuse_if_wrong(draft)
        save(draft, card)
        _refuse_if_wrong(draft)
        return Response(scorecards.render(Scorecard.objects.get(pk=card.pk)))

    put = patch

    def delete(self, request: Request, id: str) -> HttpResponse:
        archive_scorecard(find_row(scorecards, id, lock=True))
        return HttpResponse(status=204)


class ScorecardBulk(BulkView):
    def post(self, request: Request) -> Response:
        drafts = read_drafts(scorecards, rows_of(request.data))
        for draft in drafts:
            if draft.good:
                with transaction.atomic():
                    draft.row = save(draft, _named(draft))
        return Response(bulk_answer(scorecards, drafts))


class VersionsView(ItemView):
    """Every version of a scorecard, newest first."""

    def get(self, request: Request, id: str) -> Response:
        self.query()
        card = find_row(scorecards, id)
        versions: Sequence[Any] = card.versions.order_by("-number")[:200]
        return Response({"data": [_version(each) for each in versions], "next_cursor": None})


def _version(version: ScorecardVersion) -> dict[str, Any]:
    return {
        "id": str(version.pk),
        "version": version.number,
        "stages": version.stages,
        "priority": version.priority,
        **shown(version.document),
        "note": version.note or None,
        "published_at": version.published_at.isoformat(),
    }


def _named(draft: Draft) -> Scorecard | None:
    name = draft.values.get("external_id")
    found: Scorecard | None = Scorecard.objects.filter(external_id=name, archived_at=None).first() if name else None
    return found


def routes() -> list[URLPattern]:
    read, create, write = scorecards.read_schema, scorecards.create_schema, scorecards.write_schema
    bulk: Schema = {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "array", "minItems": 1, "maxItems": 1000, "items": write}},
    }
    collection = {
        "GET": Operation("List scorecards in use", listing(read)),
        "POST": Operation("Create a scorecard", read, 201, create),
    }
    item = {
        "GET": Operation("Read a scorecard", read),
        "PATCH": Operation("Publish a new version of a scorecard", read, request=write),
        "PUT": Operation("Publish a new version of a scorecard", read, request=write),
        "DELETE": Operation("Take a scorecard out of use", None, 204),
    }
    many = {"POST": Operation("Create or change many scorecards", BULK_ANSWER, request=bulk)}
    versions = {"GET": Operation("List the versions of a scorecard", listing({"type": "object"}))}
    return [
        path("scorecards/bulk", ScorecardBulk.as_view(resource=scorecards, operations=many)),
        path(
            "scorecards",
            ScorecardCollection.as_view(
                resource=scorecards,
                operations=collection,
                parameters=scorecards.parameters(),
                http_method_names=["get", "head", "post"],
            ),
        ),
        path(
            "scorecards/<str:id>/versions",
            VersionsView.as_view(resource=scorecards, operations=versions, http_method_names=["get", "head"]),
        ),
        path("scorecards/<str:id>", ScorecardItem.as_view(resource=scorecards, operations=item)),
    ]
