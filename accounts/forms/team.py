from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.services.invitations import addresses_in


class InvitationForm(forms.Form):
    """Many addresses, one role."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=60_000,
        help_text=_("As many as you like, separated by commas, spaces or lines."),
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.CSM)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]

    def clean_addresses(self) -> list[str]:
        found = addresses_in(self.cleaned_data["addresses"])
        if not found:
            raise ValidationError(_("There is no address in this."))
        return found


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class RemovalForm(forms.Form):
    customers_to = forms.ModelChoiceField(
        label=_("Hand customers over to"), queryset=None, required=False, empty_label=_("Nobody for now")
    )

    def __init__(self, *args: Any, successors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customers_to"].queryset = successors  # type: ignore[attr-defined]
