"""The policy switches of the metric definitions: what a tenant counts as churn, and when.

Stored in `Tenant.policies` as the keys that differ from the defaults. `policies_of` reads, `merged_policies` checks a
change; whoever saves a change records the event `settings.changed {fields: [...]}`, which rebuilds what depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import Tenant

    Text = str | _StrPromise


@dataclass(frozen=True)
class Policies:
    """The defaults are those of the metric definitions."""

    churn_recognised: str = "period_end"
    past_due_days: int | None = 30
    pause: str = "separate"
    pause_max_days: int = 90
    finite_discounts: str = "reduce"
    free_plan: str = "churn"
    intra_period_churn: str = "apart"
    reactivation_window_days: int | None = None
    net_churn_counts_reactivation: bool = False
    quick_ratio_counts_reactivation: bool = True
    net_change_period: str = "rolling_30"
    ltv_churn: str = "logo"
    gross_margin_percent: Decimal | None = None


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    label: Text
    options: Mapping[str, Text]

    def clean(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ValidationError(_("Use one of: %(options)s."), "invalid_choice", {"options": ", ".join(self.options)})
        return value

    def shown(self, value: Any) -> Text:
        return self.options[value]


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds; None where `absent` says what it means."""

    label: Text
    low: int
    high: int
    absent: Text = ""

    def clean(self, value: object) -> int | None:
        if value is None and self.absent:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            bounds = {"low": self.low, "high": self.high}
            raise ValidationError(_("Use a whole number from %(low)s to %(high)s."), "out_of_range", bounds)
        return value

    def shown(self, value: Any) -> Text:
        return self.absent if value is None else str(value)


@dataclass(frozen=True)
class Percent:
    """A decimal from 0 to 100, kept as a string in JSON."""

    label: Text
    absent: Text = ""

    def clean(self, value: object) -> Decimal | None:
        if value is None and self.absent:
            return None
        try:
            number = Decimal(str(value)) if isinstance(value, (str, int, Decimal)) else None
        except InvalidOperation:
            number = None
        if number is None or isinstance(value, bool) or not number.is_finite() or not 0 <= number <= 100:
            raise ValidationError(_("Use a number from 0 to 100."), "out_of_range")
        return number.quantize(Decimal("0.0001"))

    def shown(self, value: Any) -> Text:
        return self.absent if value is None else f"{value.normalize():f} %"


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    label: Text

    def clean(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(_("Use true or false."), "invalid_boolean")
        return value

    def shown(self, value: Any) -> Text:
        return _("yes") if value else _("no")


Switch = Choice | Whole | Percent | Flag

SWITCHES: dict[str, Switch] = {
    "churn_recognised": Choice(
        _("Churn is recognised"),
        {"period_end": _("at the end of the paid period"), "cancellation": _("on the day of cancellation")},
    ),
    "past_due_days": Whole(_("Days past due until involuntary churn"), 0, 365, absent=_("until cancelled")),
    "pause": Choice(
        _("A pause"),
        {"separate": _("is a state of its own"), "keeps_mrr": _("keeps its MRR"), "churn": _("counts as churn")},
    ),
    "pause_max_days": Whole(_("Days paused until churn"), 1, 3650),
    "finite_discounts": Choice(
        _("A discount that ends"),
        {"reduce": _("reduces MRR while in force"), "ignore": _("does not reduce MRR")},
    ),
    "free_plan": Choice(
        _("Moving to a price of zero"), {"churn": _("is churn"), "stays": _("keeps the customer at no MRR")}
    ),
    "intra_period_churn": Choice(
        _("Joined and left in one period"),
        {"apart": _("is shown apart from the rates"), "included": _("counts in the MRR churn rates")},
    ),
    "reactivation_window_days": Whole(_("Days until a return counts as new"), 1, 3650, absent=_("never")),
    "net_churn_counts_reactivation": Flag(_("Net MRR churn counts reactivation as a gain")),
    "quick_ratio_counts_reactivation": Flag(_("Quick ratio counts reactivation")),
    "net_change_period": Choice(
        _("Net-change formulas span"), {"rolling_30": _("30 days"), "month": _("a calendar month")}
    ),
    "ltv_churn": Choice(_("Lifetime value divides by"), {"logo": _("logo churn"), "gross_mrr": _("gross MRR churn")}),
    "gross_margin_percent": Percent(_("Gross margin"), absent=_("unknown: revenue lifetime value")),
}


def policies_of(tenant: Tenant) -> Policies:
    """The switches in force; a stored key that no longer exists is ignored, one that no longer fits is the default."""
    known = {}
    for name, switch in SWITCHES.items():
        if name in tenant.policies:
            try:
                known[name] = switch.clean(tenant.policies[name])
            except ValidationError:
                continue
    return Policies(**known)  # type: ignore[arg-type]


def merged_policies(tenant: Tenant, changes: object) -> dict[str, Any]:
    """What `Tenant.policies` becomes with these changes; ValidationError names each switch that is wrong."""
    if not isinstance(changes, Mapping):
        raise ValidationError(_("Use an object of switches."), "invalid")
    merged, errors = asdict(policies_of(tenant)), {}
    for name, value in changes.items():
        try:
            merged[name] = _switch(name).clean(value)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return {name: _as_json(value) for name, value in merged.items() if value != _DEFAULTS[name]}


def policies_as_json(tenant: Tenant) -> dict[str, Any]:
    """Every switch with its value, for the settings resource."""
    return {name: _as_json(value) for name, value in asdict(policies_of(tenant)).items()}


def described_policies(tenant: Tenant) -> Iterator[tuple[str, Text, Text]]:
    """(name, label, value in words) of every switch, to show beside the figures."""
    policies = policies_of(tenant)
    for name, switch in SWITCHES.items():
        yield name, switch.label, switch.shown(getattr(policies, name))


_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Policies)}


def _switch(name: str) -> Switch:
    if name not in SWITCHES:
        raise ValidationError(_("There is no such switch."), "unknown")
    return SWITCHES[name]


def _as_json(value: object) -> Any:
    return str(value) if isinstance(value, Decimal) else value
