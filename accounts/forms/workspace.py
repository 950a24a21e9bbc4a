from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.localities import currency_choices, timezone_choices
from accounts.models import Tenant
from accounts.policies import SWITCHES, Choice, Flag, Percent, Switch, Whole, merged_policies, policies_of

WEEK_STARTS = [(1, _("Monday")), (6, _("Saturday")), (7, _("Sunday"))]


class WorkspaceForm(forms.ModelForm):
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days, months and renewals are counted in it."))
    currency = forms.ChoiceField(
        label=_("Reporting currency"),
        help_text=_("Figures are shown in it. A change computes all revenue figures anew."),
    )
    week_start = forms.TypedChoiceField(label=_("Weeks begin on"), coerce=int, choices=WEEK_STARTS)

    class Meta:
        model = Tenant
        fields = ["name", "language", "timezone", "currency", "week_start"]
        labels = {"name": _("Company"), "language": _("Language of mails to your team")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = timezone_choices()  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices(translation.get_language() or "en")  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service compares with the stored row and validates; the instance stays as it was."""


class PoliciesForm(forms.Form):
    """One field per policy switch, made from the switches themselves."""

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        policies = policies_of(tenant)
        kwargs["initial"] = {name: getattr(policies, name) for name in SWITCHES}
        super().__init__(*args, **kwargs)
        self.tenant = tenant
        for name, switch in SWITCHES.items():
            self.fields[name] = _field(switch)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            merged_policies(self.tenant, {name: value for name, value in values.items() if name in SWITCHES})
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                self.add_error(name, errors)
        return values


def _field(switch: Switch) -> forms.Field:
    if isinstance(switch, Choice):
        return forms.ChoiceField(label=switch.label, choices=list(switch.options.items()))
    if isinstance(switch, Flag):
        return forms.BooleanField(label=switch.label, required=False)
    required, help_text = (
        not switch.absent,
        (_("Empty: %(meaning)s") % {"meaning": switch.absent}) if switch.absent else "",
    )
    if isinstance(switch, Whole):
        return forms.IntegerField(
            label=switch.label, min_value=switch.low, max_value=switch.high, required=required, help_text=help_text
        )
    assert isinstance(switch, Percent)
    return forms.DecimalField(
        label=switch.label,
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        required=required,
        help_text=help_text,
    )
