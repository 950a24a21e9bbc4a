from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from health.models import EventRole, Feature


class EventTypeForm(forms.Form):
    """What one event counts as, and which feature it shows."""

    role = forms.ChoiceField(label=_("Counts as"), choices=EventRole.choices)
    feature = forms.ModelChoiceField(label=_("Feature"), queryset=None, required=False, empty_label=_("none"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feature"].queryset = Feature.objects.order_by("name")  # type: ignore[attr-defined]


class FeatureForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    class Meta:
        model = Feature
        fields = ("name", "key", "kind")
        help_texts = {
            "key": _(
                "Events called like the key or the name show the feature’s use; others can be chosen in the list."
            ),
            "kind": _("Basic: nearly everybody uses it. Sticky: those who use it stay."),
        }

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if Feature.objects.filter(key=key).exists():
            raise forms.ValidationError(_("There is a feature with this key."))
        return key
