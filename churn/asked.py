"""What the address of a revenue page asks for: a period, a segment, a grouping. What does not fit is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from churn.cohorts import MEASURES
from churn.selectors.revenue import GROUPS, default_period

LONGEST = 3660  # days
PRESETS: dict[str, str | Promise] = {
    "30d": _("Last 30 days"),
    "month": _("This month"),
    "last_month": _("Last month"),
    "quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "12m": _("Last 12 months"),
    "custom": _("Other dates"),
}
GROUP_LABELS: dict[str, str | Promise] = {
    "month": _("Month"),
    "week": _("Week"),
    "plan": _("Plan"),
    "acquisition_channel": _("Channel"),
    "tier": _("Tier"),
    "csm": _("CSM"),
    "cohort": _("Cohort"),
    "stage": _("Stage"),
}


@dataclass(frozen=True)
class Asked:
    """`start` to before `end`; `earlier` is where the period to compare with begins."""

    preset: str
    start: date
    end: date
    earlier: date
    segment: UUID | None = None
    group_by: str = ""
    measure: str = "logo"
    months: int = 12
    fault: bool = False

    @classmethod
    def read(cls, tenant: Tenant, query: Mapping[str, str]) -> Asked:
        preset = query.get("period", "") if query.get("period") in PRESETS else ""
        start, end = _day(query.get("from")), _day(query.get("to"))
        dates = f"{query.get('from', '')}_{query.get('to', '')}"
        given = dates != "_" and (preset in ("", "custom") or dates != query.get("shown", dates))
        usable = start is not None and end is not None and 0 < (end - start).days <= LONGEST
        if given and usable and start is not None and end is not None:
            preset, earlier = "custom", start - (end - start)
        else:
            preset = preset if preset not in ("", "custom") else "30d"
            start, end, earlier = _preset(tenant, preset)
        return cls(
            preset,
            start,
            end,
            earlier,
            _uuid(query.get("segment")),
            group_by if (group_by := query.get("group_by", "")) in GROUPS else "",
            measure if (measure := query.get("measure", "")) in MEASURES else "logo",
            24 if query.get("months") == "24" else 12,
            fault=given and not usable,
        )

    def query(self, **changes: object) -> str:
        """The same page with some of it changed; an empty value leaves the parameter out."""
        values: dict[str, Any] = {"segment": self.segment, "group_by": self.group_by}
        if self.preset == "custom":
            values |= {"from": self.start.isoformat(), "to": self.end.isoformat()}
        else:
            values |= {"period": self.preset if self.preset != "30d" else ""}
        values |= {
            "measure": self.measure if self.measure != "logo" else "",
            "months": self.months if self.months != 12 else "",
        }
        return urlencode({name: value for name, value in (values | changes).items() if value})

    def movements_query(self, *kinds: str, start: date | None = None, end: date | None = None) -> str:
        values: dict[str, Any] = {
            "type": ",".join(kinds),
            "from": start or self.start,
            "to": end or self.end,
            "segment": self.segment,
        }
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def shown(self) -> str:
        """Sent along with the form, to tell dates that were typed from those that stood there."""
        return f"{self.start.isoformat()}_{self.end.isoformat()}"

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


def _preset(tenant: Tenant, preset: str) -> tuple[date, date, date]:
    today = tenant.today()
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    if preset == "month":
        return month, _later(month, 1), _later(month, -1)
    if preset == "last_month":
        return _later(month, -1), month, _later(month, -2)
    if preset == "quarter":
        return quarter, _later(quarter, 3), _later(quarter, -3)
    if preset == "last_quarter":
        return _later(quarter, -3), quarter, _later(quarter, -6)
    if preset == "12m":
        return _later(month, -12), month, _later(month, -24)
    start, end = default_period(tenant)
    return start, end, start - (end - start)


def _later(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= date(2200, 1, 1) else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
