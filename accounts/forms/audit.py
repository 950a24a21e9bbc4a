from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _


class AuditFilterForm(forms.Form):
    actor = forms.CharField(label=_("Who"), max_length=200, required=False)
    action = forms.ChoiceField(label=_("What"), required=False)
    object_type = forms.ChoiceField(label=_("Where"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, actions: list[str], object_types: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values in (("action", actions), ("object_type", object_types)):
            self.fields[name].choices = [("", _("Everything")), *((v, v) for v in values)]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].validators += [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
