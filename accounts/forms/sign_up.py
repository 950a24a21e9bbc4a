from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.localities import (
    currency_choices,
    guess_currency,
    guess_timezone,
    timezone_choices,
    validate_currency,
    validate_timezone,
)
from accounts.models import Tenant
from accounts.services.tenants import check_slug
from accounts.slugs import slug_of


class CompanyForm(forms.ModelForm):
    """Page two: the company, and the person's name where it is not known yet."""

    your_name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    slug = forms.CharField(
        label=_("Address"),
        max_length=50,
        required=False,
        help_text=_("Your pages will live at /address/. Left empty, it is made from the name."),
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "data-slug-of": "id_name"}),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Days, months and renewals are counted in it."),
        widget=forms.Select({"data-guess-timezone": ""}),
    )
    currency = forms.ChoiceField(label=_("Reporting currency"), help_text=_("Other currencies are converted into it."))

    class Meta:
        model = Tenant
        fields = ["name", "slug", "timezone", "currency"]
        labels = {"name": _("Company")}
        widgets = {"name": forms.TextInput({"autocomplete": "organization", "autofocus": True})}

    field_order = ["your_name", "name", "slug", "timezone", "currency"]

    def __init__(self, *args: Any, language: str, accepts: str, your_name: str, **kwargs: Any) -> None:
        guessed = {"timezone": guess_timezone(accepts), "currency": guess_currency(accepts), "your_name": your_name}
        kwargs["initial"] = guessed
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = timezone_choices()  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices(language)  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].strip().lower() or _free_slug(self.cleaned_data.get("name", ""))
        try:
            check_slug(slug)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return slug

    def clean_timezone(self) -> str:
        validate_timezone(self.cleaned_data["timezone"])
        return str(self.cleaned_data["timezone"])

    def clean_currency(self) -> str:
        validate_currency(self.cleaned_data["currency"])
        return str(self.cleaned_data["currency"])


def _free_slug(name: str) -> str:
    """The name as an address, with a number behind it where another workspace was first."""
    stem = slug_of(name) or "workspace"
    taken = set(Tenant.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken and not _reserved(slug))


def _reserved(slug: str) -> bool:
    try:
        check_slug(slug)
    except ValidationError:
        return True
    return False
