from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from engagement.models import Activity, ActivityKind, Task

WRITTEN = [ActivityKind.NOTE, ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL]


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ["title", "body", "due_on"]
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "body": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Who"),
            queryset=Membership.objects.active().select_related("user").order_by("user__name"),
            required=False,
            empty_label=_("Nobody yet"),
            initial=self.initial.get("owner") or self.instance.owner_id,
        )


class ActivityForm(forms.ModelForm):
    """A note, or the record of a talk that took place elsewhere."""

    kind = forms.ChoiceField(label=_("What"), choices=[(kind.value, kind.label) for kind in WRITTEN])

    class Meta:
        model = Activity
        fields = ["kind", "body"]
        labels = {"body": _("What was said or seen")}
        widgets = {"body": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].required = True


class PostponeForm(forms.Form):
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
