"""The three views of a collection: list and create, one row, bulk."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.rest.cursors import keyset_page
from accounts.rest.drafts import Draft, apply, fill_new, read_drafts
from accounts.rest.fields import text_of
from accounts.rest.openapi import Operation, component, listing
from accounts.rest.problems import FieldError, Invalid, Problem, invalid, not_found
from accounts.rest.references import reference_of
from accounts.rest.resource import Resource
from accounts.rest.statements import insert_rows
from accounts.rest.upsert import (
    build_rows,
    check_rows,
    existing_rows,
    finish,
    update_drafts,
    upsert,
)
from accounts.rest.views import ApiView, Request, Response
from accounts.services.audit import record_audit

MAX_ROWS = 1000


class ResourceView(ApiView):
    resource: Resource = None  # type: ignore[assignment]  # given to as_view

    def scope_for(self, method: str) -> str:
        return self.resource.read_scope if method in ("GET", "HEAD") else self.resource.write_scope


class CollectionView(ResourceView):
    """GET a page, POST a new row."""

    def get(self, request: Request) -> Response:
        query = self.query()
        page = page_of(self.resource, self.resource.rows(), query)
        return Response(page)

    def post(self, request: Request) -> Response:
        row = create_row(self.resource, request.data)
        location = f"{request.path.rstrip('/')}/{row.pk}"
        return Response(self.resource.render(row), status=201, headers={"Location": location})


class ItemView(ResourceView):
    """GET, PATCH or DELETE one row by its id or `external:<value>`."""

    def get(self, request: Request, id: str) -> Response:
        self.query()
        return Response(self.resource.render(find_row(self.resource, id)))

    def patch(self, request: Request, id: str) -> Response:
        return Response(self.resource.render(change_row(self.resource, id, request.data)))

    def delete(self, request: Request, id: str) -> HttpResponse:
        delete_row(self.resource, id)
        return HttpResponse(status=204)


class BulkView(ResourceView):
    """Create or change up to 1000 rows by their keys; good rows land, bad rows say why."""

    def post(self, request: Request) -> Response:
        drafts = upsert(self.resource, rows_of(request.data))
        return Response(bulk_answer(self.resource, drafts))


def collection_routes(
    at: str, resource: Resource, *, methods: str = "list create read change delete bulk"
) -> list[URLPattern]:
    """URL patterns of a collection, limited to some of its methods where not all make sense."""
    allowed = methods.split()
    routes = []
    if "bulk" in allowed:
        routes.append(
            path(f"{at}/bulk", BulkView.as_view(resource=resource, operations=_bulk_operations(at, resource)))
        )
    names = [http for http, verb in (("get", "list"), ("post", "create")) if verb in allowed]
    collection = {"operations": _collection_operations(at, resource), "parameters": resource.parameters()}
    routes.append(
        path(at, CollectionView.as_view(resource=resource, http_method_names=_with_head(names), **collection))
    )
    names = [http for http, verb in (("get", "read"), ("patch", "change"), ("delete", "delete")) if verb in allowed]
    if names:
        item = ItemView.as_view(
            resource=resource, http_method_names=_with_head(names), operations=_item_operations(resource)
        )
        routes.append(path(f"{at}/<str:id>", item))
    return routes


def page_of(resource: Resource, rows: QuerySet[Any], query: dict[str, Any]) -> dict[str, Any]:
    """The answer to a list request whose parameters are already clean."""
    for name in resource.filters:
        if name in query:
            rows = resource.narrow(rows, name, query[name])
    order = query["order"]
    column = resource.orders[order.removeprefix("-")]
    page = keyset_page(rows, order=order, column=column, limit=query["limit"], cursor=query.get("cursor"))
    return {"data": [resource.render(row) for row in page.rows], "next_cursor": page.next_cursor}


def find_row(resource: Resource, id: str, *, lock: bool = False) -> Any:
    """The row, or the 404 that another tenant's row gets as well."""
    try:
        reference = reference_of(id)
    except Invalid as error:
        raise not_found() from error
    if reference.column == "external_id" and "external_id" not in resource.fields:
        raise not_found()
    rows = resource.rows().filter(**{reference.column: reference.value})
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise not_found()
    return row


def create_row(resource: Resource, data: Any) -> Any:
    draft = read_drafts(resource, [data])[0]
    fill_new(resource, draft)
    _stop_if_wrong(draft)
    if draft.key(resource) is not None and existing_rows(resource, [draft]):
        raise _taken(resource)
    build_rows(resource, [draft])
    check_rows(resource, [draft])
    _stop_if_wrong(draft)
    try:
        with transaction.atomic():
            insert_rows([draft.row], skip_collisions=False)
    except IntegrityError as error:
        raise _taken(resource, error) from error
    finish(resource, [draft])
    return resource.rows().get(pk=draft.row.pk)


def change_row(resource: Resource, id: str, data: Any) -> Any:
    row = find_row(resource, id, lock=True)
    draft = read_drafts(resource, [data])[0]
    _stop_if_wrong(draft)
    draft.row, draft.before = row, apply(resource, row, draft.values)
    if draft.before:
        draft.status = "updated"
        check_rows(resource, [draft])
        _stop_if_wrong(draft)
        try:
            with transaction.atomic():
                update_drafts(resource, [draft])
        except IntegrityError as error:
            raise _taken(resource, error) from error
        finish(resource, [draft])
    return resource.rows().get(pk=row.pk)


def delete_row(resource: Resource, id: str) -> None:
    row = find_row(resource, id, lock=True)
    before = resource.render(row)
    resource.removed([row])
    record_audit(f"{resource.name}.deleted", row, before=before)
    try:
        with transaction.atomic():
            row.delete()
    except IntegrityError as error:
        raise Problem(409, _("Other objects still need this one."), kind="in-use") from error


def rows_of(data: Any) -> list[Any]:
    """The list in a bulk request."""
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise invalid([FieldError("/data", "invalid_type", _("Must be a list."))])
    if extra := [name for name in data if name != "data"]:
        raise invalid(
            [FieldError(f"/{text_of(name)[:100]}", "unknown_field", _("There is no such field.")) for name in extra]
        )
    rows: list[Any] = data["data"]
    if not 1 <= len(rows) <= MAX_ROWS:
        bounds = {"least": 1, "most": MAX_ROWS}
        message = _("Must have between %(least)d and %(most)d items.") % bounds
        raise invalid([FieldError("/data", "wrong_length", message)])
    return rows


def bulk_answer(resource: Resource, drafts: list[Draft]) -> dict[str, Any]:
    results = [_result(draft) for draft in drafts]
    counts = Counter(result["status"] for result in results)
    return {status: counts[status] for status in ("created", "updated", "unchanged", "failed")} | {"results": results}


def _result(draft: Draft) -> dict[str, Any]:
    given = draft.given.get("external_id") if isinstance(draft.given, dict) else None
    external_id = given if isinstance(given, str | int) and not isinstance(given, bool) else None
    return {
        "index": draft.index,
        "external_id": draft.values.get("external_id", external_id),
        "id": str(draft.row.pk) if draft.good and draft.row is not None else None,
        "status": draft.status if draft.good else "failed",
        "errors": [error.below(f"/data/{draft.index}").as_json() for error in draft.errors],
    }


def _stop_if_wrong(draft: Draft) -> None:
    if not draft.good:
        raise invalid(draft.errors)


def _taken(resource: Resource, collision: IntegrityError | None = None) -> Problem:
    """409 that points at the field, as far as the database names a constraint."""
    name = resource.key[0]
    constraint = getattr(getattr(collision.__cause__, "diag", None), "constraint_name", "") if collision else ""
    for each in resource.model._meta.constraints:
        if each.name == constraint:
            name = next((name for name, field in resource.fields.items() if field.source in each.fields), name)
    error = FieldError(f"/{name}", "taken", _("Another object has it."))
    return Problem(409, _("There is such an object already."), [error], kind="conflict")


def _with_head(names: list[str]) -> list[str]:
    return [*names, "head"] if "get" in names else names


def _collection_operations(at: str, resource: Resource) -> dict[str, Operation]:
    return {
        "GET": Operation(f"List {_words(at)}", listing(resource.read_schema)),
        "POST": Operation(f"Create {_words(resource.name)}", resource.read_schema, 201, resource.create_schema),
    }


def _item_operations(resource: Resource) -> dict[str, Operation]:
    noun = _words(resource.name)
    return {
        "GET": Operation(f"Read {noun}", resource.read_schema),
        "PATCH": Operation(f"Change {noun}", resource.read_schema, request=resource.write_schema),
        "DELETE": Operation(f"Delete {noun}", None, 204),
    }


def _bulk_operations(at: str, resource: Resource) -> dict[str, Operation]:
    rows = {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, "items": resource.write_schema}
    request = {"type": "object", "required": ["data"], "properties": {"data": rows}, "additionalProperties": False}
    keys = ", ".join(f"`{name}`" for name in resource.key)
    text = f"Rows are recognised by {keys}; fields left out stay as they are."
    return {"POST": Operation(f"Create or change many {_words(at)}", BULK_ANSWER, request=request, description=text)}


def _words(name: str) -> str:
    return name.replace("_", " ")


_COUNTS = {name: {"type": "integer"} for name in ("created", "updated", "unchanged", "failed")}
BULK_ANSWER = component(
    "BulkAnswer",
    {
        "type": "object",
        "required": [*_COUNTS, "results"],
        "properties": {
            **_COUNTS,
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["index", "external_id", "id", "status", "errors"],
                    "properties": {
                        "index": {"type": "integer"},
                        "external_id": {"type": ["string", "integer", "null"]},
                        "id": {"type": ["string", "null"]},
                        "status": {"enum": list(_COUNTS)},
                        "errors": {"$ref": "#/components/schemas/Problem/properties/errors"},
                    },
                },
            },
        },
    },
)
