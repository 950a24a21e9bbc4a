from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.rest.fields import UNSET, Field
from accounts.rest.nested import escaped
from accounts.rest.problems import FieldError, Invalid, bad_parameters


def clean_parameters(fields: Mapping[str, Field], given: QueryDict) -> dict[str, Any]:
    """Values by name, with defaults; a 400 names every parameter that is unknown, repeated or wrong."""
    values = {name: field.default for name, field in fields.items() if field.default is not UNSET}
    errors: list[FieldError] = []
    for name, texts in given.lists():
        pointer = f"?{escaped(name)}"
        if name not in fields:
            errors.append(FieldError(pointer, "unknown_parameter", _("There is no such parameter.")))
        elif len(texts) > 1:
            errors.append(FieldError(pointer, "repeated", _("May be given once.")))
        else:
            try:
                values[name] = fields[name].from_query(texts[0])
            except Invalid as error:
                errors += [fault.below(pointer) for fault in error.errors]
    errors += [
        FieldError(f"?{name}", "required", _("Is required."))
        for name, field in fields.items()
        if field.required and name not in given
    ]
    if errors:
        raise bad_parameters(errors)
    return values
