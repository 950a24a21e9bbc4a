"""Forms of the cadence editor. A step has one subject and one text per language."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, BoundField, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Segment
from engagement.models import Cadence, MailCategory, Trigger
from engagement.services.cadences import MOST_STEPS, StepDraft, check_steps

WEEKDAYS = [
    (1, gettext_lazy("Mon")),
    (2, gettext_lazy("Tue")),
    (3, gettext_lazy("Wed")),
    (4, gettext_lazy("Thu")),
    (5, gettext_lazy("Fri")),
    (6, gettext_lazy("Sat")),
    (7, gettext_lazy("Sun")),
]


class CadenceForm(forms.ModelForm):
    class Meta:
        model = Cadence
        fields = [
            "name", "category", "trigger", "event", "champions_only", "stop_on_churn", "stop_on_reply", "starts_on",
        ]  # fmt: skip
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "event": gettext_lazy("Only if it starts with an event: its name, such as plan.finished."),
            "starts_on": gettext_lazy("Earlier ones are left out. Empty: from the day you start the cadence."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        optional = [(each.value, each.label) for each in MailCategory.optional()]
        self.fields["category"] = forms.ChoiceField(label=gettext_lazy("Category"), choices=optional)
        self.fields["segment"] = forms.ModelChoiceField(
            label=gettext_lazy("Only customers of"),
            queryset=Segment.objects.order_by("name"),
            required=False,
            empty_label=gettext_lazy("All customers"),
            initial=self.instance.segment_id,
        )

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or {}
        if values.get("trigger") == Trigger.EVENT and not values.get("event"):
            self.add_error("event", _("Say which event starts it."))
        taken = Cadence.objects.filter(name=values.get("name")).exclude(pk=self.instance.pk)
        if values.get("name") and taken.exists():
            self.add_error("name", _("Another cadence has this name."))
        self.instance.segment = values.get("segment")
        return values


class StepForm(forms.Form):
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    offset_days = forms.IntegerField(label=gettext_lazy("Days after the start"), initial=0)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        initial=[1, 2, 3, 4, 5],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    send_from = forms.TimeField(
        label=gettext_lazy("From"), initial=time(9), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    send_to = forms.TimeField(
        label=gettext_lazy("Until"), initial=time(16), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            self.fields[f"subject_{language}"] = forms.CharField(
                label=gettext_lazy("Subject"), max_length=250, required=False, widget=_spoken(forms.TextInput, language)
            )
            self.fields[f"body_{language}"] = forms.CharField(
                label=gettext_lazy("Text"), max_length=20_000, required=False, widget=_spoken(forms.Textarea, language)
            )
            self.fields[f"body_{language}"].widget.attrs["rows"] = 8

    def texts(self) -> list[tuple[str, str, BoundField, BoundField, bool]]:
        """Language, its name, subject and text, and whether there is something in it."""
        return [
            (language, name, self[f"subject_{language}"], self[f"body_{language}"], self._is_open(language))
            for language, name in Language.choices
        ]

    def _is_open(self, language: str) -> bool:
        parts = (f"subject_{language}", f"body_{language}")
        return any(self[part].value() or self[part].errors for part in parts)

    def draft(self) -> StepDraft:
        values = self.cleaned_data
        texts = {
            language: {"subject": values[f"subject_{language}"], "body": values[f"body_{language}"]}
            for language in Language.values
            if values[f"subject_{language}"] or values[f"body_{language}"]
        }
        window = {name: values[name] for name in ("weekdays", "send_from", "send_to")}
        return StepDraft(values["offset_days"], texts, **window, id=values["id"])


class BaseSteps(BaseFormSet):
    """Steps in the order in which they stand; what is wrong between fields is shown at the field."""

    @classmethod
    def get_deletion_widget(cls) -> Any:
        return forms.CheckboxInput(attrs={"class": "form-check-input"})

    def kept(self) -> list[StepForm]:
        """Without those that are taken out, and without new ones that nobody wrote into."""
        written = [form for form in self.forms if form.has_changed() or not form.empty_permitted]
        return [form for form in written if form not in self.deleted_forms]

    def drafts(self) -> list[StepDraft]:
        return sorted((form.draft() for form in self.kept()), key=lambda draft: draft.offset_days)

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = sorted(self.kept(), key=lambda form: form.cleaned_data["offset_days"])
        if not kept:
            raise ValidationError(_("A cadence needs at least one step."))
        try:
            check_steps([form.draft() for form in kept])
        except ValidationError as error:
            for where, messages in error.message_dict.items():
                _place(kept, where.split("."), messages)


def _place(forms_: list[StepForm], where: list[str], messages: list[str]) -> None:
    """`0.texts.en.body` belongs to the field body_en of the first form."""
    if not where[0].isdigit():
        raise ValidationError(messages)
    form = forms_[int(where[0])]
    field = {"texts": "subject_en"}.get(where[1], where[1])
    if where[1] == "texts" and len(where) > 2:
        field = f"{where[3] if len(where) > 3 else 'subject'}_{where[2]}"
    for message in messages:
        form.add_error(field if field in form.fields else None, message)


def _spoken(widget: Any, language: str) -> Any:
    return widget(attrs={"lang": language, "class": "form-control"})


StepFormSet = formset_factory(
    StepForm, formset=BaseSteps, extra=0, can_delete=True, max_num=MOST_STEPS, validate_max=True
)


def initial_steps(cadence: Cadence) -> list[dict[str, Any]]:
    """Values of the step forms of a saved cadence."""
    return [
        {
            **{name: getattr(step, name) for name in ("id", "offset_days", "weekdays", "send_from", "send_to")},
            **{f"subject_{language}": text.get("subject", "") for language, text in step.texts.items()},
            **{f"body_{language}": text.get("body", "") for language, text in step.texts.items()},
        }
        for step in cadence.steps.all()
    ]
