from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.imports.kinds import kinds
from accounts.imports.reading import MAX_BYTES


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in kinds.values()]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is in the file"), choices=kind_choices)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV with a header line, up to 20 MB and 100,000 rows. Excel saves one with “CSV UTF-8”."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return file
