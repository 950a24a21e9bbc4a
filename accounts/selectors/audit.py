"""The audit log: newest first, by keyset, filtered, with what differs between before and after."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.models import AuditEntry, Tenant

PAGE = 50
LATEST = 2000


@dataclass(frozen=True)
class AuditFilter:
    """What to show; empty fields show everything. Days are the tenant's own, both ends included."""

    actor: str = ""
    action: str = ""
    object_type: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Difference:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class AuditPage:
    entries: list[AuditEntry]
    next_cursor: str


def audit_page(tenant: Tenant, wanted: AuditFilter, cursor: str = "") -> AuditPage:
    """One page; a cursor that was tampered with starts from the top."""
    rows = entries(tenant, wanted)
    if (place := _read_cursor(cursor)) is not None:
        at, pk = place
        rows = rows.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk)))
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    return AuditPage(found[:PAGE], _write_cursor(found[PAGE - 1]) if more else "")


def entries(tenant: Tenant, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Everything that fits the filter, newest first."""
    rows: QuerySet[AuditEntry] = AuditEntry.objects.order_by("-at", "-id")
    if wanted.actor:
        rows = rows.filter(actor_label__icontains=wanted.actor)
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.object_type:
        rows = rows.filter(object_type=wanted.object_type)
    if wanted.since:
        rows = rows.filter(at__gte=tenant.midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(at__lt=tenant.midnight(date.fromordinal(wanted.until.toordinal() + 1)))
    return rows


def kinds() -> tuple[list[str], list[str]]:
    """The actions and object types of the latest entries, for the filter's menus."""
    latest = AuditEntry.objects.order_by("-at", "-id").values_list("action", "object_type")[:LATEST]
    found = set(latest)
    return sorted({action for action, _type in found}), sorted({kind for _action, kind in found})


def differences(entry: AuditEntry) -> list[Difference]:
    """Field by field what was and what is; fields that stayed equal are left out."""
    before, after = entry.before or {}, entry.after or {}
    names = list(dict.fromkeys([*before, *after]))
    return [
        Difference(name, _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def csv_rows(rows: QuerySet[AuditEntry]) -> Iterator[list[str]]:
    """Header and rows for the export, drawn in chunks."""
    yield [
        "at",
        "actor_kind",
        "actor",
        "action",
        "object_type",
        "object_id",
        "object",
        "before",
        "after",
        "ip",
        "browser",
    ]
    for row in rows.iterator(chunk_size=500):
        yield [
            row.at.isoformat(),
            row.actor_kind,
            row.actor_label,
            row.action,
            row.object_type,
            row.object_id,
            row.object_label,
            _shown(row.before),
            _shown(row.after),
            row.ip or "",
            row.user_agent,
        ]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_cursor(entry: AuditEntry) -> str:
    return base64.urlsafe_b64encode(f"{entry.at.isoformat()} {entry.pk}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        at, pk = base64.urlsafe_b64decode(padded).decode().split(" ")
        moment = datetime.fromisoformat(at)
        return (moment, UUID(pk)) if moment.tzinfo else None
    except (ValueError, ValidationError, binascii.Error):
        return None
