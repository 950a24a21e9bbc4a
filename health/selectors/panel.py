"""The health panel of the customer page: the receipt, its history, and why it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.charts import Contribution, Contributions, LineChart, Reference, Series
from accounts.formats import format_number
from accounts.models import Customer
from accounts.tenancy.scope import current_tenant
from health.arithmetic import UNIT
from health.explanation import changes
from health.models import HealthOverride, Measure
from health.selectors.scores import ExplainedScore, HistoryPoint, explained_score, history
from health.wording import cap_label, group_label, measure_label, own_measures, value_text

SPANS = (7, 28, 90)
Own = dict[str, Measure]


@dataclass(frozen=True)
class MeasureLine:
    """A measure as the receipt's table shows it."""

    label: str
    group: str
    value: str
    points: int | None
    share: Decimal | None
    age: int | None
    fading: bool
    red: str
    green: str


@dataclass(frozen=True)
class Since:
    """What moved the score since an earlier day."""

    day: date
    before: int | None
    after: int | None
    chart: Contributions
    note: str


@dataclass(frozen=True)
class HealthPanel:
    customer: Customer
    score: ExplainedScore | None
    contributions: Contributions | None
    lines: list[MeasureLine]
    caps: list[str]
    override: HealthOverride | None
    history: list[HistoryPoint]
    chart: LineChart | None
    since: Since | None
    span: int

    @property
    def trend(self) -> int | None:
        trend = self.score.row["trend"] if self.score else None
        return None if trend is None else int(round_points(trend))

    @property
    def coverage(self) -> Decimal:
        return Decimal(self.score.row["coverage"]) / 10_000 if self.score else Decimal(0)


def health_panel(customer: Customer, *, span: int = 28) -> HealthPanel:
    today = current_tenant().today()
    score = explained_score(customer.pk, today)
    own = own_measures()
    points = history(customer.pk)
    return HealthPanel(
        customer=customer,
        score=score,
        contributions=_contributions(score, own) if score else None,
        lines=_lines(score, own) if score else [],
        caps=_caps(score, own) if score else [],
        override=HealthOverride.objects.in_force(today).filter(customer=customer).first(),
        history=points,
        chart=_chart(points, score) if points else None,
        since=_since(customer, score, today - timedelta(days=span), own) if score else None,
        span=span,
    )


def tenths(millionths: int) -> Decimal:
    """As shown: what rounds to nothing draws no bar."""
    return (Decimal(millionths) / UNIT).quantize(Decimal("0.1"), "ROUND_HALF_UP")


def round_points(millionths: int) -> Decimal:
    return (Decimal(millionths) / UNIT).quantize(Decimal(1), "ROUND_HALF_UP")


def _contributions(score: ExplainedScore, own: Own) -> Contributions:
    rows = [
        Contribution(
            label=measure_label(part.key, own),
            value=tenths(part.value),
            detail=_("%(value)s · scores %(points)s, typical %(typical)s")
            % {
                "value": value_text(part.key, (score.receipt.value(part.key) or (0, 0))[0], own),
                "points": format_number(round_points(part.points)),
                "typical": format_number(round_points(part.reference)),
            },
        )
        for part in sorted(score.receipt.parts.values(), key=lambda part: part.value)
    ]
    return Contributions(_("What makes the score"), rows, value_heading=_("Points"))


def _lines(score: ExplainedScore, own: Own) -> list[MeasureLine]:
    receipt = score.receipt
    groups = {m.key: g.key for g in receipt.definition.groups for m in g.measures}
    return [
        MeasureLine(
            label=measure_label(rule.key, own),
            group=group_label(groups[rule.key]),
            value=value_text(rule.key, known[0], own) if (known := receipt.value(rule.key)) else "",
            points=int(round_points(points)) if points >= 0 else None,
            share=Decimal(part.share.numerator) / part.share.denominator
            if (part := receipt.parts.get(rule.key))
            else None,
            age=known[1] if known else None,
            fading=bool(known and rule.expire_days is not None and known[1] > (rule.fresh_days or 0)),
            red=value_text(rule.key, int(rule.red * UNIT), own),
            green=value_text(rule.key, int(rule.green * UNIT), own),
        )
        for rule, points in zip(receipt.definition.measures, receipt.scored.points, strict=True)
    ]


def _caps(score: ExplainedScore, own: Own) -> list[str]:
    index = score.row["cap"]
    if index is None:
        return []
    cap = score.receipt.definition.caps[index]
    words = {"reason": cap_label(cap.key, own), "limit": cap.limit}
    return [_("%(reason)s: the score is at most %(limit)d") % words]


def _chart(points: list[HistoryPoint], score: ExplainedScore | None) -> LineChart:
    """A change of scorecard starts a new line: scores of two scorecards do not compare."""
    versions = list(dict.fromkeys(point.version_id for point in points))
    series = [
        Series(
            name=_("Health") if len(versions) == 1 else _("Scorecard %(number)d") % {"number": number},
            values=[point.score if point.version_id == version else None for point in points],
            area=len(versions) == 1,
        )
        for number, version in enumerate(versions[-3:], 1)
    ]
    bands = score.receipt.definition.bands if score else None
    levels = [Reference(_("Healthy"), bands.green), Reference(_("At risk"), bands.yellow)] if bands else []
    labels = [date_format(point.day, "j M") for point in points]
    return LineChart(_("Health in the last 90 days"), labels, series, references=levels, include=(0, 100))


def _since(customer: Customer, score: ExplainedScore, day: date, own: Own) -> Since | None:
    before = explained_score(customer.pk, day)
    if before is None or before.row["raw"] is None or score.row["raw"] is None:
        return None
    found = changes(before.receipt.sides(), score.receipt.sides(), score.row["raw"] - before.row["raw"])
    rows = []
    for change in sorted(found, key=lambda change: change.total):
        if value := tenths(change.value_effect):
            rows.append(Contribution(measure_label(change.key, own), value))
        if weight := tenths(change.weight_effect):
            label = _("%(measure)s: its weight") % {"measure": measure_label(change.key, own)}
            rows.append(Contribution(label, weight))
    other_card = before.row["version_id"] != score.row["version_id"]
    return Since(
        day=day,
        before=before.row["score"],
        after=score.row["score"],
        chart=Contributions(_("Why the score changed"), rows, value_heading=_("Points")),
        note=_("Another version of the scorecard judged then.") if other_card else "",
    )
