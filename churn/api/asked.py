"""Query parameters that the metrics share: which days, which segment."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts import models
from accounts.rest.fields import Day
from accounts.rest.problems import FieldError, invalid
from accounts.rest.references import Ref
from accounts.rest.views import ApiView
from churn.selectors.periods import Range, Segment
from churn.selectors.revenue import default_period, period_of
from churn.selectors.segments import ledger_segment

PERIOD = {
    "from": Day(help="First day, in the tenant's zone. Without both ends: the last complete 30 days or month."),
    "to": Day(help="The day after the last one. Days to come are not counted."),
    "as_of": Day(help="The span that ends with this day; after today, what is agreed for then."),
}


SEGMENT = Ref(models.Segment, help="A saved segment; attributes are those of today.")


def asked_segment(query: dict[str, Any]) -> Segment | None:
    """The segment that the parameters name; 422 when there is none of that name."""
    if "segment" not in query:
        return None
    segment = models.Segment.objects.filter(pk=query["segment"]).first()
    if segment is None:
        raise invalid([FieldError("?segment", "not_found", _("There is no such segment."))])
    return ledger_segment(segment)


MOST_BUCKETS = 600


def refuse_too_many(period: Range, group_by: str | None) -> None:
    """422 for a range that falls into more weeks or months than anybody reads."""
    days = {"week": 7, "month": 28}.get(group_by or "")
    if days and (period.end - period.start).days / days > MOST_BUCKETS:
        raise invalid([FieldError("?group_by", "too_many", _("The period is too long for such groups."))])


def asked_period(view: ApiView, query: dict[str, Any]) -> Range:
    """The period that the parameters ask for; 422 names the end that does not fit."""
    start, end, as_of = query.get("from"), query.get("to"), query.get("as_of")
    if as_of is not None and (start or end):
        raise invalid([FieldError("?as_of", "exclusive", _("Stands instead of from and to."))])
    usual = default_period(view.tenant, as_of)
    if start and not end:
        end = view.tenant.today()
    if end and not start:
        start = _before(end, usual)
    start, end = start or usual[0], end or usual[1]
    if start >= end:
        raise invalid([FieldError("?to", "before_from", _("Must be after from."))])
    return period_of(view.tenant, start, end, scheduled=bool(as_of and as_of > view.tenant.today()))


def _before(end: date, usual: tuple[date, date]) -> date:
    return end - (usual[1] - usual[0])
