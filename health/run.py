"""A scoring run made ready: the scorecards in use, the measures that are fed, the day and what was known by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import current_tenant
from health.arithmetic import make_plan
from health.branch import Card
from health.models import HealthReference, Measure, Scorecard, ScorecardVersion
from health.sources.fed import fed_source
from health.sources.registry import sources
from health.statement import COLUMNS, scoring_sql

TREND_DAYS = 28
EVERYTHING = "infinity"


@dataclass(frozen=True)
class Run:
    """`sql` gives one row of COLUMNS per customer; run it with `params`."""

    day: date
    cards: Sequence[Card]
    params: dict[str, Any] = field(default_factory=dict)
    some: bool = False
    past: bool = False

    @property
    def sql(self) -> str:
        return scoring_sql(self.cards, fed_source(self.params["fed"]), some=self.some, past=self.past)

    def rows(self) -> list[dict[str, Any]]:
        """The scores as they would be stored. Only for a handful of customers: it reads them all."""
        if not self.cards:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def prepare(
    day: date,
    *,
    customers: Iterable[UUID] | None = None,
    cards: Sequence[Card] | None = None,
    sums_are_of_day: bool = False,
) -> Run:
    """A run for the day over all customers, or these; with other cards it is a preview.

    A past day is worked out anew, unless the running sums have been taken to that day.
    """
    tenant = current_tenant()
    ids = None if customers is None else [str(pk) for pk in customers]
    chosen = list(cards) if cards is not None else cards_in_use(day)
    if ids is not None and cards is None:
        chosen = _judging(chosen, Customer.objects.filter(pk__in=ids).values_list("stage", flat=True).distinct())
    wanted = {key for card in chosen for key in card.plan.inputs}
    params = {
        "tenant": tenant.pk,
        "day": day,
        "before": day - timedelta(days=TREND_DAYS),
        "until": tenant.midnight(day + timedelta(days=1)),
        "known": known_by(tenant, day),
        "zone": tenant.timezone,
        "fed": sorted(Measure.objects.filter(key__in=wanted).values_list("key", flat=True)),
        "ids": ids,
    }
    past = day < tenant.today() and not sums_are_of_day
    if past:
        params |= {k: v for s in sources.values() if s.past_params for k, v in s.past_params(day).items()}
    return Run(day, chosen, params, ids is not None, past)


def known_by(tenant: Tenant, day: date) -> Any:
    """Until when a fact must have been recorded to count on this day.

    A past day is told from what was on record by its end. Before the tenant came to the product nothing was
    recorded: days of its imported history are told from all observations.
    """
    first = tenant.created_at.astimezone(tenant.zone).date()
    if day < first or day >= tenant.today():
        return EVERYTHING
    return tenant.midnight(day + timedelta(days=1))


def cards_in_use(day: date) -> list[Card]:
    """The newest version of every scorecard in use, in the order in which a stage looks for one."""
    newest = ScorecardVersion.objects.filter(scorecard__archived_at=None).select_related("scorecard")
    by_card = {version.scorecard_id: version for version in newest.order_by("number")}
    ordered = [by_card[card.pk] for card in Scorecard.objects.in_use() if card.pk in by_card]
    references = _references(ordered, day)
    return [make_card(version, references.get(version.pk)) for version in ordered]


def _judging(cards: Sequence[Card], stages: Iterable[str]) -> list[Card]:
    """Those that take one of the stages: a shorter statement for a few customers."""
    taking = {
        next((i for i, card in enumerate(cards) if not card.stages or stage in card.stages), None) for stage in stages
    }
    return [card for i, card in enumerate(cards) if i in taking]


def make_card(version: ScorecardVersion, reference: HealthReference | None = None) -> Card:
    definition = version.definition
    return Card(
        version_id=version.pk,
        stages=tuple(version.stages),
        plan=make_plan(definition),
        cap_keys=tuple(cap.key for cap in definition.caps),
        references=tuple(reference.medians) if reference else (),
        reference_on=reference.day.isoformat() if reference else None,
    )


def _references(versions: Sequence[ScorecardVersion], day: date) -> dict[UUID, HealthReference]:
    """The newest reference of each version that was made by this day."""
    found = HealthReference.objects.filter(version__in=[v.pk for v in versions], day__lte=day)
    return {each.version_id: each for each in found.order_by("day")}
