"""The Health page: how the customers stand, who moved and why, health against revenue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Q, QuerySet, SmallIntegerField, Sum
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.charts import MapPoint, Part, StackedBar, SuccessMap
from accounts.formats import format_money
from accounts.models import Customer, Membership, Segment, Stage, Tenant
from accounts.segment_rules import customers_in
from accounts.ui.marks import tone_of
from health.arithmetic import UNIT
from health.explanation import changes
from health.models import ScorecardVersion
from health.receipt import explain
from health.selectors.scores import Row, stored_rows
from health.wording import BANDS, measure_label, own_measures

SPANS = (7, 28)
MOST_MOVERS = 8
MOST_ON_MAP = 400
SCORE_THEN = "(SELECT s.score FROM health_snapshot s WHERE s.day = %s AND s.customer_id = accounts_customer.id)"


@dataclass(frozen=True)
class PortfolioFilter:
    """What to look at; empty fields look at everything. Unknown values are ignored."""

    stage: str = ""
    csm: str = ""
    segment: str = ""
    days: int = 7

    @classmethod
    def read(cls, given: QueryDict) -> PortfolioFilter:
        days = given.get("days", "")
        return cls(
            stage=given.get("stage", "") if given.get("stage") in Stage.values else "",
            csm=given.get("csm", "") if _is_uuid(given.get("csm", "")) or given.get("csm") in ("me", "none") else "",
            segment=given.get("segment", "") if _is_uuid(given.get("segment", "")) else "",
            days=int(days) if days in map(str, SPANS) else 7,
        )

    @property
    def query(self) -> str:
        """For links to the list of customers."""
        given = {"stage": self.stage, "csm": self.csm, "segment": self.segment}
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in given.items() if value})
        return query.urlencode()

    def customers(self, member: Membership) -> QuerySet[Any]:
        rows = Customer.objects.counted().current()
        if self.stage:
            rows = rows.filter(stage=self.stage)
        if self.csm:
            rows = rows.filter(csm={"me": member.pk, "none": None}.get(self.csm, self.csm))
        if self.segment and (segment := Segment.objects.filter(pk=self.segment).first()):
            rows = rows.filter(pk__in=customers_in(segment))
        return rows


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class BandTotal:
    band: str
    customers: int
    arr: Decimal


@dataclass(frozen=True)
class GroupTotal:
    """One line of "by stage" or "by CSM"."""

    label: str
    key: str
    customers: int
    red: int
    unknown: int
    red_arr: Decimal
    mean: Decimal | None


@dataclass(frozen=True)
class Mover:
    customer: Any
    before: int
    after: int
    cause: str

    @property
    def change(self) -> int:
        return self.after - self.before


class Portfolio:
    """Each part asks its own question when the page needs it; none reads more than the standing rows."""

    def __init__(self, tenant: Tenant, member: Membership, asked: PortfolioFilter) -> None:
        self.tenant, self.asked = tenant, asked
        self.customers = asked.customers(member)

    @cached_property
    def bands(self) -> list[BandTotal]:
        rows = self.customers.values("standing__health_band").annotate(n=Count("pk"), mrr=Sum("standing__mrr_cents"))
        found = {row["standing__health_band"] or "unknown": row for row in rows.order_by()}
        return [BandTotal(band, *_totals(found.get(band))) for band in BANDS]

    @property
    def count(self) -> int:
        return sum(total.customers for total in self.bands)

    @cached_property
    def coverage(self) -> Decimal | None:
        mean = self.customers.aggregate(mean=Avg("standing__coverage"))["mean"]
        return None if mean is None else Decimal(mean) / 100

    @property
    def distribution(self) -> StackedBar:
        parts = [
            Part(
                label=str(BANDS[total.band]),
                value=total.customers,
                tone=tone_of(total.band),
                href=self._list_url(f"band={total.band}"),
                detail=format_money(total.arr, self.tenant.currency, compact=True),
            )
            for total in self.bands
        ]
        return StackedBar(_("Customers by health"), parts)

    def _list_url(self, more: str) -> str:
        query = "&".join(filter(None, [more, self.asked.query]))
        return f"{reverse('customer_list', args=[self.tenant.slug])}?{query}"

    @cached_property
    def map(self) -> SuccessMap:
        rows = self.customers.select_related("standing").order_by("-standing__mrr_cents", "pk")[:MOST_ON_MAP]
        points = [
            MapPoint(
                label=row.name,
                x=row.standing.health_score,
                y=Decimal(row.standing.mrr_cents) * 12 / 100,
                tone=tone_of(row.standing.health_band),
                href=reverse("customer", args=[self.tenant.slug, row.pk]),
            )
            for row in rows
            if hasattr(row, "standing")
        ]
        return SuccessMap(
            _("Success map: health against revenue"),
            points,
            x_title=_("Health"),
            y_title=_("ARR"),
            format_y=lambda worth: format_money(worth, self.tenant.currency, compact=True),
        )

    @property
    def by_stage(self) -> list[GroupTotal]:
        labels = dict(Stage.choices)
        return [_group(row, str(labels[row["stage"]]), row["stage"]) for row in self._grouped("stage").order_by("-mrr")]

    @property
    def by_csm(self) -> list[GroupTotal]:
        rows = self._grouped("csm", "csm__user__name", "csm__user__email").order_by("-mrr")[:50]
        return [
            _group(row, row["csm__user__name"] or row["csm__user__email"] or _("Nobody"), str(row["csm"] or "none"))
            for row in rows
        ]

    def _grouped(self, *names: str) -> QuerySet[Any, dict[str, Any]]:
        red, unknown = Q(standing__health_band="red"), Q(standing__health_band="unknown")
        return self.customers.values(*names).annotate(
            n=Count("pk"),
            red=Count("pk", filter=red),
            unknown=Count("pk", filter=unknown),
            mrr=Sum("standing__mrr_cents"),
            red_mrr=Sum("standing__mrr_cents", filter=red),
            mean=Avg("standing__health_score"),
        )

    @cached_property
    def movers(self) -> tuple[list[Mover], list[Mover]]:
        """Who fell most and who rose most since the day, each with the measure that did most of it."""
        day = self.tenant.today() - timedelta(days=self.asked.days)
        then = RawSQL(SCORE_THEN, [day], output_field=SmallIntegerField())  # noqa: S611
        rows = (
            self.customers.annotate(before=then)
            .filter(before__isnull=False, standing__health_score__isnull=False)
            .annotate(moved=F("standing__health_score") - F("before"))
            .select_related("standing")
        )
        fallen = list(rows.filter(moved__lt=0).order_by("moved", "-standing__mrr_cents", "pk")[:MOST_MOVERS])
        risen = list(rows.filter(moved__gt=0).order_by("-moved", "-standing__mrr_cents", "pk")[:MOST_MOVERS])
        causes = _causes([row.pk for row in (*fallen, *risen)], day, self.tenant.today())
        return ([_mover(row, causes) for row in fallen], [_mover(row, causes) for row in risen])


def _totals(row: dict[str, Any] | None) -> tuple[int, Decimal]:
    return (row["n"], _arr(row["mrr"])) if row else (0, Decimal(0))


def _arr(mrr_cents: int | None) -> Decimal:
    return Decimal(mrr_cents or 0) * 12 / 100


def _group(row: dict[str, Any], label: str, key: str) -> GroupTotal:
    mean = None if row["mean"] is None else Decimal(row["mean"])
    return GroupTotal(label, key, row["n"], row["red"], row["unknown"], _arr(row["red_mrr"]), mean)


def _mover(row: Any, causes: dict[UUID, str]) -> Mover:
    return Mover(row, row.before, row.standing.health_score, causes.get(row.pk, ""))


def _causes(customers: Sequence[UUID], day: date, today: date) -> dict[UUID, str]:
    """The measure whose change moved each score most, in words."""
    if not customers:
        return {}
    then = {row["customer_id"]: row for row in stored_rows(day, customers)}
    now = {
        row["customer_id"]: row
        for newest in (today - timedelta(days=1), today)
        for row in stored_rows(newest, customers)
    }
    wanted = {row["version_id"] for row in (*then.values(), *now.values())}
    definitions = {version.pk: version.definition for version in ScorecardVersion.objects.filter(pk__in=wanted)}
    own = own_measures()

    def cause(old: Row, new: Row) -> str:
        if new["override_id"] and not old["override_id"]:
            return _("Judged by hand")
        if old["raw"] is None or new["raw"] is None:
            return ""
        before, after = (explain(row, day, definitions[row["version_id"]]).sides() for row in (old, new))
        found = changes(before, after, new["raw"] - old["raw"])
        if not found:
            return ""
        sign = -1 if new["raw"] < old["raw"] else 1
        most = max(found, key=lambda change: sign * change.total)
        points = round(most.total / UNIT)
        return f"{measure_label(most.key, own)} {points:+d}" if points else ""

    return {pk: cause(then[pk], now[pk]) for pk in customers if pk in then and pk in now}
