from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.localities import currencies, timezones, validate_currency, validate_timezone
from accounts.models import Contact, Customer, Membership, SavedView


class Colleague(forms.ModelChoiceField):
    """An active member of the tenant in scope; the choices are read when the form is made."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Membership.objects.active().select_related("user").order_by("user__name", "user__email")
        super().__init__(queryset=rows, **kwargs)


class OwnKey:
    """External ids are unique within a tenant; an empty one is none at all."""

    cleaned_data: dict[str, Any]
    instance: Any

    def clean_external_id(self) -> str | None:
        external_id = (self.cleaned_data["external_id"] or "").strip() or None
        others = type(self.instance).objects.exclude(pk=self.instance.pk)
        if external_id and others.filter(external_id=external_id).exists():
            raise ValidationError(_("Another one has this external id."), "unique")
        return external_id


class CustomerForm(OwnKey, forms.ModelForm):
    class Meta:
        model = Customer
        fields = [
            "name",
            "domain",
            "stage",
            "tier",
            "industry",
            "acquisition_channel",
            "signed_up_on",
            "currency",
            "timezone",
            "language",
            "external_id",
            "is_test",
        ]
        widgets = {"signed_up_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "domain": _("For example northwind.example"),
            "external_id": _("The customer's key in your own systems."),
            "is_test": _("Test accounts stay out of every figure."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["csm"] = Colleague(
            label=_("CSM"), required=False, empty_label=_("Nobody yet"), initial=self.instance.csm_id
        )
        self.fields["currency"].widget = forms.TextInput(attrs={"list": "currencies", "maxlength": 3})
        self.fields["timezone"].widget = forms.TextInput(attrs={"list": "timezones"})
        self.order_fields(["name", "domain", "stage", "tier", "csm"])

    def clean_domain(self) -> str:
        return str(self.cleaned_data["domain"]).strip().lower().removeprefix("https://").removeprefix("http://")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code:
            validate_currency(code)
        return code

    def clean_timezone(self) -> str:
        name = str(self.cleaned_data["timezone"]).strip()
        if name:
            validate_timezone(name)
        return name

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.instance.csm = self.cleaned_data.get("csm")

    @staticmethod
    def lists() -> dict[str, Any]:
        """Suggestions for the fields that are typed."""
        return {"currencies": sorted(currencies()), "timezones": timezones()}


class ContactForm(OwnKey, forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["name", "email", "role", "language", "timezone", "is_champion", "external_id"]
        help_texts = {"is_champion": _("The person who wants this to succeed and whom you call first.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].widget = forms.TextInput(attrs={"list": "timezones"})

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_timezone(self) -> str:
        name = str(self.cleaned_data["timezone"]).strip()
        if name:
            validate_timezone(name)
        return name

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not found.get("name") and not found.get("email") and not self.errors:
            raise ValidationError(_("A name or an e-mail address is needed."), "nobody")
        return found


class AssignForm(forms.Form):
    """Which customers go to whom."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["csm"] = Colleague(label=_("CSM"), required=False, empty_label=_("Nobody"))


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]
        labels = {"name": _("Name"), "is_shared": _("For the whole team")}
