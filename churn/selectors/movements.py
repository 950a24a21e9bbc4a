"""The lines of the ledger behind a figure, page by page, with the customers they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise

from accounts.models import Tenant
from churn.causes import CAUSES, KIND_LABELS, TONES
from churn.periods import KINDS
from churn.selectors.periods import Segment

PAGE_SIZE = 50
EXPORT_BATCH = 1000

_SQL = """
    SELECT m.day, m.customer_id, m.line, m.kind, m.cause, m.reason, m.delta, m.mrr_before, m.mrr_after,
        m.unpriced_before OR m.unpriced_after, m.plan_before, m.plan_after, c.name, c.external_id, m.computed_at
    FROM churn_movement m
    JOIN accounts_customer c ON c.tenant_id = m.tenant_id AND c.id = m.customer_id
    WHERE m.tenant_id = %(tenant)s AND m.line IN (0, 1) AND m.day >= %(start)s AND m.day < %(end)s
        AND m.kind = ANY (%(kinds)s)
        AND (%(after_day)s::date IS NULL
            OR (m.day, m.customer_id, m.line) > (%(after_day)s::date, %(after_customer)s::uuid, %(after_line)s::smallint))
        {segment}
    ORDER BY m.day, m.customer_id, m.line LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Movement:
    day: date
    customer_id: UUID
    line: int
    kind: str
    cause: str
    reason: str
    delta: Decimal
    mrr_before: Decimal
    mrr_after: Decimal
    is_unpriced: bool
    plan_before: str
    plan_after: str
    customer: str
    external_id: str | None
    computed_at: Any

    @property
    def kind_label(self) -> str | Promise:
        return KIND_LABELS[self.kind]

    @property
    def cause_label(self) -> str | Promise:
        return CAUSES.get(self.cause, self.cause)

    @property
    def tone(self) -> str:
        return TONES.get(self.kind, "muted")

    @property
    def cursor(self) -> str:
        return f"{self.day.isoformat()}_{self.customer_id}_{self.line}"


@dataclass(frozen=True)
class MovementFilter:
    """Which lines: kinds and days, [start, end)."""

    kinds: tuple[str, ...]
    start: date
    end: date

    @classmethod
    def of(cls, tenant: Tenant, kinds: str, start: date, end: date) -> MovementFilter:
        """Unknown kinds are left out, none means all; days to come are not listed."""
        asked = tuple(kind for kind in kinds.split(",") if kind in KINDS)
        return cls(asked or KINDS, start, min(end, tenant.today() + timedelta(days=1)))


@dataclass(frozen=True)
class MovementPage:
    rows: list[Movement]
    next_cursor: str


def movement_page(
    tenant: Tenant, wanted: MovementFilter, *, cursor: str = "", segment: Segment | None = None
) -> MovementPage:
    rows = _read(tenant, wanted, cursor, segment, PAGE_SIZE + 1)
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return MovementPage(rows, rows[-1].cursor if more else "")


def all_movements(tenant: Tenant, wanted: MovementFilter, segment: Segment | None = None) -> Iterator[Movement]:
    cursor = ""
    while rows := _read(tenant, wanted, cursor, segment, EXPORT_BATCH):
        yield from rows
        cursor = rows[-1].cursor


def movements_of(tenant: Tenant, customer_id: UUID, limit: int = 200) -> list[Movement]:
    """The customer's own lines, the newest first."""
    sql = _SQL.format(segment="AND m.customer_id = %(customer)s").replace(
        "ORDER BY m.day, m.customer_id, m.line", "ORDER BY m.day DESC, m.line DESC"
    )
    wanted = MovementFilter((*KINDS, "plan"), date.min, tenant.today() + timedelta(days=1))
    return _fetch(sql, {**_values(tenant, wanted, "", limit), "customer": str(customer_id)})


def _read(tenant: Tenant, wanted: MovementFilter, cursor: str, segment: Segment | None, limit: int) -> list[Movement]:
    sql = _SQL.format(segment=f"AND m.customer_id IN ({segment.sql})" if segment else "")
    return _fetch(sql, _values(tenant, wanted, cursor, limit))


def _values(tenant: Tenant, wanted: MovementFilter, cursor: str, limit: int) -> dict[str, Any]:
    return {
        "tenant": tenant.pk,
        "start": wanted.start,
        "end": wanted.end,
        "kinds": list(wanted.kinds),
        "limit": limit,
        **_position(cursor),
    }


def _position(cursor: str) -> Mapping[str, Any]:
    """Where the page before ended; a cursor that is not one of ours begins at the start."""
    day, _, rest = cursor.partition("_")
    customer, _, line = rest.partition("_")
    try:
        position = (date.fromisoformat(day), str(UUID(customer)), int(line) % 2)
    except ValueError:
        position = (None, None, None)  # type: ignore[assignment]
    return dict(zip(("after_day", "after_customer", "after_line"), position, strict=True))


def _fetch(sql: str, values: dict[str, Any]) -> list[Movement]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Movement(*row) for row in cursor.fetchall()]
