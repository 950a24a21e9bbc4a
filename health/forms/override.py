from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.scope import current_tenant
from health.services.overrides import LONGEST


class OverrideForm(forms.Form):
    score = forms.IntegerField(label=_("Score"), min_value=0, max_value=100)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("So that others can follow."),
    )
    expires_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most 90 days; then the computed score shows again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = current_tenant().today()
        self.fields["expires_on"].initial = today + timedelta(days=30)
        self.fields["expires_on"].widget.attrs |= {"min": f"{today}", "max": f"{today + LONGEST}"}
