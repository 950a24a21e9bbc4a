"""The revenue page as data: key figures with what they are compared to, charts, the two formulas, the groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import models
from accounts.charts import HeatMap, HeatRow, LineChart, Series, Step, Waterfall
from accounts.formats import format_money, format_percent
from accounts.models import Tenant
from accounts.ui.reasons import reason_text
from churn.asked import Asked
from churn.causes import KIND_LABELS
from churn.cohorts import Triangle
from churn.lifetime import wilson
from churn.periods import Sums
from churn.rates import NO_FX_RATE, Figures, figures_of
from churn.selectors.cohorts import cohort_triangle
from churn.selectors.months import Month, monthly_figures
from churn.selectors.periods import Range, Segment, period_sums
from churn.selectors.revenue import Report, Section, money, period_of, revenue_report
from churn.selectors.segments import ledger_segment

FEW, SMALL = 5, 30  # below these a share is shown as counts, and with its interval (METRICS.md C8)
MEASURE_LABELS = {"logo": gettext_lazy("Logos"), "grr": gettext_lazy("GRR"), "nrr": gettext_lazy("NRR")}


@dataclass(frozen=True)
class Kpi:
    """A key figure. `kind` is money, percent or number; `change` has the unit of the figure."""

    label: str
    definition: str
    icon: str
    kind: str
    value: Decimal | None
    reason: str = ""
    change: Decimal | None = None
    good: str = "up"
    note: str = ""
    href: str = ""
    counts: str = ""
    history: list[Decimal | None] = field(default_factory=list)


@dataclass(frozen=True)
class BridgeRow:
    label: str
    customers: int
    mrr: Decimal | None
    href: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class RevenuePage:
    asked: Asked
    report: Report
    compared: tuple[date, date]
    kpis: list[Kpi]
    movements: Waterfall
    retention: LineChart
    bridge: list[BridgeRow]
    cohorts: HeatMap
    segment: models.Segment | None
    restated: list[date]
    scheduled: Decimal | None


def revenue_page(tenant: Tenant, asked: Asked) -> RevenuePage:
    chosen = models.Segment.objects.filter(pk=asked.segment).first() if asked.segment else None
    segment = ledger_segment(chosen) if chosen else None
    period = period_of(tenant, asked.start, asked.end)
    report = revenue_report(tenant, period, group_by=asked.group_by or None, segment=segment, group_lifetimes=False)
    compared = _compared(asked, period)
    before = period_sums(tenant, compared, segment=segment)[compared.start, None]
    months = monthly_figures(tenant, asked.months)
    base = reverse("revenue_movements", args=[tenant.slug]) + "?"
    triangle = cohort_triangle(tenant, asked.measure, since=_first_cohort(tenant), segment=segment)
    return RevenuePage(
        asked,
        report,
        (compared.start, compared.end - timedelta(days=1)),
        _kpis(tenant, asked, report.total, figures_of(before, report.policies), before, months, base),
        _waterfall(tenant, asked, report.total, base),
        _retention(months),
        _bridge(asked, report.total.sums, base),
        _heat(triangle),
        chosen,
        [month.start for month in months if month.is_restated],
        _scheduled(tenant, segment),
    )


def _compared(asked: Asked, period: Range) -> Range:
    """The same number of elapsed days of the period before (METRICS.md C5)."""
    elapsed = max(period.until - period.start, timedelta(days=1))
    end = min(asked.earlier + elapsed, asked.start)
    return Range(asked.earlier, end, end)


def _first_cohort(tenant: Tenant) -> date:
    today = tenant.today()
    return date(today.year - 2, today.month, 1)


def _scheduled(tenant: Tenant, segment: Segment | None) -> Decimal | None:
    """What is agreed to come and to go from tomorrow on: CMRR less MRR."""
    tomorrow = tenant.today() + timedelta(days=1)
    horizon = tomorrow + timedelta(days=365)
    sums = period_sums(tenant, Range(tomorrow, horizon, horizon), segment=segment)[tomorrow, None]
    return None if sums.unpriced_accounts else sum((flow.mrr for flow in sums.flows.values()), Decimal(0))


def _kpis(
    tenant: Tenant,
    asked: Asked,
    total: Section,
    earlier: Figures,
    before: Sums,
    months: list[Month],
    base: str,
) -> list[Kpi]:
    sums, figures = total.sums, total.figures
    losses = base + asked.movements_query("churn", "pause")
    mrr = None if sums.closing.unpriced else money(sums.closing.mrr)
    mrr_before = None if before.closing.unpriced else before.closing.mrr
    counts, note = _proportion(sums.lost, sums.opening.customers)
    rates = partial(_history, months)
    change = partial(_change, figures, earlier)
    everything = base + asked.movements_query()
    customers = _("%(count)s customers") % {"count": sums.closing.customers}
    return [
        Kpi(_("MRR"), "mrr", "cash", "money", mrr, NO_FX_RATE, _less(mrr, mrr_before), note=customers,
            href=everything, history=_levels(months)),
        Kpi(_("Net revenue retention"), "nrr", "trending-up", "percent", figures["nrr"],
            figures.reasons.get("nrr", ""), change("nrr"), href=base + asked.movements_query(
                "expansion", "contraction", "churn", "pause", "resume"), history=rates("nrr")),
        Kpi(_("Gross revenue retention"), "grr", "shield-check", "percent", figures["grr"],
            figures.reasons.get("grr", ""), change("grr"),
            href=base + asked.movements_query("contraction", "churn", "pause"), history=rates("grr")),
        Kpi(_("Logo churn"), "logo_churn", "user-minus", "percent", figures["logo_churn_rate"],
            figures.reasons.get("logo_churn_rate", ""), change("logo_churn_rate"), "down", note, losses, counts,
            rates("logo_churn_rate")),
        Kpi(_("Quick ratio"), "quick_ratio", "bolt", "number", figures["quick_ratio"],
            figures.reasons.get("quick_ratio", ""), change("quick_ratio"), note=_ratio_note(figures), href=everything),
        Kpi(_("ARPA"), "arpa", "user-dollar", "money", money(figures["arpa"]), figures.reasons.get("arpa", ""),
            change("arpa"), note=_lifetime_note(tenant, total), href=everything, history=rates("arpa")),
    ]  # fmt: skip


def _levels(months: list[Month]) -> list[Decimal | None]:
    closings = [each.sums.closing for each in months if not each.is_partial]
    return [None if state.unpriced else state.mrr for state in closings]


def _history(months: list[Month], name: str) -> list[Decimal | None]:
    return [None if each.is_partial else each.figures[name] for each in months]


def _change(figures: Figures, earlier: Figures, name: str) -> Decimal | None:
    return _less(figures[name], earlier[name])


def _less(value: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if value is None or other is None else value - other


def _proportion(part: int, whole: int) -> tuple[str, str]:
    """Counts instead of a rate below five, and the interval beside it below thirty."""
    counts = _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
    if not 0 < whole < SMALL:
        return "", counts
    if whole < FEW:
        return counts, _("too few for a rate")
    low, high = wilson(part, whole)
    bounds = {"counts": counts, "low": format_percent(low), "high": format_percent(high)}
    return "", _("%(counts)s, 95%% interval %(low)s to %(high)s") % bounds


def _ratio_note(figures: Figures) -> str:
    return reason_text(reason) if (reason := figures.reasons.get("quick_ratio")) else _("gained for each lost")


def _lifetime_note(tenant: Tenant, total: Section) -> str:
    lifetime = total.lifetime
    if lifetime.value is None:
        return ""
    worth = format_money(lifetime.value, tenant.currency, compact=True)
    if lifetime.basis == "revenue":
        return _("lifetime revenue %(worth)s") % {"worth": worth}
    return _("lifetime value %(worth)s") % {"worth": worth}


def _waterfall(tenant: Tenant, asked: Asked, total: Section, base: str) -> Waterfall:
    sums, unknown = total.sums, bool(total.sums.unpriced_accounts)
    opening = None if sums.opening.unpriced else money(sums.opening.mrr)
    closing = None if sums.closing.unpriced else money(sums.closing.mrr)
    steps = [Step(_("Opening"), opening, is_total=True, detail=str(sums.opening.customers))]
    for kind in ("new", "reactivation", "resume", "expansion", "contraction", "churn", "pause", "fx"):
        flow = sums.flow(kind)
        if kind in ("resume", "pause", "fx", "reactivation") and not flow.customers:
            continue
        href = base + asked.movements_query(kind)
        value = None if unknown else money(flow.mrr)
        steps.append(Step(str(KIND_LABELS[kind]), value, href=href, detail=str(flow.customers)))
    steps.append(Step(_("Closing"), closing, is_total=True, detail=str(sums.closing.customers)))
    return Waterfall(_("MRR movements"), steps, partial(format_money, currency=tenant.currency, compact=True))


def _retention(months: list[Month]) -> LineChart:
    closed = [month for month in months if not month.is_partial]
    labels = [date_format(month.start, "M y") for month in closed]
    series = [
        Series(name, [month.figures[key] for month in closed], dashed=dashed)
        for name, key, dashed in (
            (_("NRR"), "nrr", False),
            (_("GRR"), "grr", False),
            (_("Logo retention"), "logo_retention_rate", True),
        )
    ]
    return LineChart(_("Retention by month"), labels, series, format_value=format_percent, include=[1])


def _bridge(asked: Asked, sums: Sums, base: str) -> list[BridgeRow]:
    """From day 1 to the last day: what the two formulas net against each other."""
    unknown = bool(sums.unpriced_accounts)

    def flow(*kinds: str) -> Decimal | None:
        return None if unknown else money(sum((sums.flow(kind).mrr for kind in kinds), Decimal(0)))

    link = asked.movements_query
    opening = None if sums.opening.unpriced else money(sums.opening.mrr)
    closing = None if sums.closing.unpriced else money(sums.closing.mrr)
    return [
        BridgeRow(_("Day 1"), sums.opening.customers, opening, is_total=True),
        BridgeRow(_("Lost"), -sums.lost, flow("churn", "pause"), base + link("churn", "pause")),
        BridgeRow(_("Shrunk"), 0, flow("contraction"), base + link("contraction")),
        BridgeRow(_("Grown"), 0, flow("expansion"), base + link("expansion")),
        BridgeRow(_("Won"), sums.won, flow("new"), base + link("new")),
        BridgeRow(_("Returned"), sums.returned, flow("reactivation", "resume"), base + link("reactivation", "resume")),
        BridgeRow(_("Exchange rates"), 0, flow("fx"), base + link("fx")),
        BridgeRow(_("Last day"), sums.closing.customers, closing, is_total=True),
    ]


def _heat(triangle: Triangle) -> HeatMap:
    rows = [HeatRow(date_format(row.cohort, "M Y"), row.size, row.cells) for row in triangle.rows]
    if rows:
        rows.append(HeatRow(_("Weighted mean"), None, triangle.averages))
    return HeatMap(
        _("Retention by cohort"),
        [str(offset) for offset in range(triangle.width)],
        rows,
        _("First paid"),
        _("Customers"),
        partial(format_percent, places=0),
        low=Decimal("0.4"),
        high=Decimal(1),
    )
