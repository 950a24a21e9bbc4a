"""The customer list: what it may show, filter and sort by, and one page of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Band, Customer, CustomerStanding, Membership, Segment, Stage
from accounts.segment_rules import customers_in
from accounts.selectors.keyset import Order, Page, page_of
from accounts.selectors.search import SHORTEST_SUBSTRING, clean, containing, prefixed, starting_with

PAGE_SIZE = 50
MOST_FOUND = 500

COLUMNS: dict[str, str | Promise] = {
    "health": _("Health"),
    "arr": _("ARR"),
    "renewal": _("Renewal"),
    "stage": _("Stage"),
    "csm": _("CSM"),
    "tier": _("Tier"),
    "plan": _("Plan"),
    "industry": _("Industry"),
    "seen": _("Last seen"),
    "contact": _("Last contact"),
    "risk": _("Risk"),
}
SHOWN_AT_FIRST = ["health", "arr", "renewal", "stage", "csm"]

BY_NAME = "name"
ON_STANDING = {
    "arr": ("mrr_cents", False),
    "health": ("health_score", True),
    "renewal": ("renewal_on", True),
    "seen": ("last_seen_on", True),
}
NOBODY, MINE, EVERY = "none", "me", "all"


@dataclass(frozen=True)
class CustomerFilter:
    """What the address asks for; what is not a filter of ours, or not a value of it, is left out."""

    q: str = ""
    stage: str = ""
    tier: str = ""
    csm: str = ""
    band: str = ""
    segment: str = ""
    order: str = BY_NAME

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> CustomerFilter:
        order = str(asked.get("order", ""))
        csm = str(asked.get("csm", ""))
        return cls(
            q=clean(str(asked.get("q", ""))),
            stage=one_of(asked.get("stage"), [EVERY, *Stage.values]),
            tier=printable(str(asked.get("tier", "")))[:50],
            csm=csm if csm in (NOBODY, MINE) or is_uuid(csm) else "",
            band=one_of(asked.get("band"), Band.values),
            segment=segment if is_uuid(segment := str(asked.get("segment", ""))) else "",
            order=order if order.removeprefix("-") in (BY_NAME, *ON_STANDING) else BY_NAME,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.stage or self.tier or self.csm or self.band or self.segment)

    @property
    def is_current(self) -> bool:
        """Those who left are shown when they are asked for: by stage, by name or by segment."""
        return not (self.stage or self.q or self.segment)

    def as_query(self) -> dict[str, str]:
        named = {name: getattr(self, name) for name in ("q", "stage", "tier", "csm", "band", "segment")}
        kept = {name: value for name, value in named.items() if value}
        return kept | ({"order": self.order} if self.order != BY_NAME else {})


@dataclass(frozen=True)
class CustomerRow:
    customer: Customer
    standing: CustomerStanding

    @property
    def arr(self) -> Decimal:
        """Annual revenue in the tenant's currency."""
        return Decimal(self.standing.mrr_cents) * 12 / 100

    @property
    def stage_label(self) -> str:
        return str(Stage(self.customer.stage).label)

    @property
    def risk_rate(self) -> Decimal | None:
        return None if self.standing.risk is None else Decimal(self.standing.risk) / 100


@dataclass(frozen=True)
class CustomerPage:
    rows: list[CustomerRow]
    previous_cursor: str
    next_cursor: str


def customer_page(asked: CustomerFilter, viewer: Membership, *, cursor: str = "", before: str = "") -> CustomerPage:
    """One page: two statements at most, whatever the number of customers."""
    rows, order = listed(asked, viewer)
    page: Page = page_of(rows, order, PAGE_SIZE, cursor=cursor, before=before)
    return CustomerPage([as_row(row) for row in page.rows], page.previous_cursor, page.next_cursor)


def all_customers(asked: CustomerFilter, viewer: Membership) -> Iterator[CustomerRow]:
    """Every row of the list in its order, drawn in portions."""
    rows, order = listed(asked, viewer)
    value, tie = F(order.column), F(order.tie)
    ordering = (
        (value.desc(nulls_last=True), tie.desc()) if order.descending else (value.asc(nulls_last=True), tie.asc())
    )
    yield from (as_row(row) for row in rows.order_by(*ordering).iterator(2000))


def as_row(row: Any) -> CustomerRow:
    if isinstance(row, Customer):
        return CustomerRow(row, row.standing)
    return CustomerRow(row.customer, row)


def listed(asked: CustomerFilter, viewer: Membership) -> tuple[QuerySet[Any], Order]:
    """The filtered rows from the table whose index has the order, and that order."""
    name, descending = asked.order.removeprefix("-"), asked.order.startswith("-")
    if name == BY_NAME:
        customers = Customer.objects.select_related("standing", "csm__user").filter(standing__isnull=False)
        return narrowed(customers, asked, viewer, "", "standing__"), Order("name_lc", "id", descending)
    column, nullable = ON_STANDING[name]
    standings = CustomerStanding.objects.select_related("customer__csm__user")
    return narrowed(standings, asked, viewer, "customer__", ""), Order(column, "customer_id", descending, nullable)


def narrowed(
    rows: QuerySet[Any], asked: CustomerFilter, viewer: Membership, customer: str, standing: str
) -> QuerySet[Any]:
    """The filters, with the way from the listed table to the customer and to its standing."""
    wanted: dict[str, Any] = {}
    key = "customer_id__in" if customer else "pk__in"
    if asked.q and key == "pk__in" and len(asked.q) < SHORTEST_SUBSTRING:
        rows = rows.filter(prefixed(asked.q))
    elif asked.q:
        rows = rows.filter(**{key: found_ids(asked.q)})
    if asked.segment:
        rows = rows.filter(**{key: members_of(asked.segment)})
    if asked.stage in Stage.values:
        wanted[f"{customer}stage"] = asked.stage
    elif asked.is_current:
        rows = rows.exclude(**{f"{customer}stage": Stage.CHURNED})
    if asked.tier:
        wanted[f"{customer}tier"] = asked.tier
    if asked.band:
        wanted[f"{standing}health_band"] = asked.band
    if asked.csm == NOBODY:
        wanted[f"{customer}csm__isnull"] = True
    elif asked.csm:
        wanted[f"{customer}csm_id"] = viewer.pk if asked.csm == MINE else UUID(asked.csm)
    return rows.filter(**wanted)


def members_of(segment_id: str) -> Any:
    segment = Segment.objects.filter(pk=segment_id).first()
    return customers_in(segment) if segment else []


def found_ids(query: str) -> list[Any]:
    if len(query) < SHORTEST_SUBSTRING:
        return list(starting_with(query).values_list("pk", flat=True)[:MOST_FOUND])
    return containing(query, MOST_FOUND)


def one_of(value: Any, allowed: list[str]) -> str:
    return str(value) if value in allowed else ""


def printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable() and not 0xD800 <= ord(char) <= 0xDFFF)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
