"""Currencies, time zones and languages: values that come from public lists."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.localities import currencies, validate_timezone
from accounts.models import Language
from accounts.rest.fields import Field, Schema, Text
from accounts.rest.problems import Invalid


class Currency(Text):
    """ISO 4217, in capitals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(3, **options)

    def parse(self, value: Any) -> Any:
        code = super().parse(value).upper()
        if code and code not in currencies():
            raise Invalid.because("invalid_choice", _("Is not an ISO 4217 currency."))
        return code

    def details(self) -> Schema:
        return {"pattern": "^[A-Za-z]{3}$"}


class TimeZone(Text):
    """A name of the IANA database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(64, **options)

    def parse(self, value: Any) -> Any:
        name = super().parse(value)
        try:
            if name:
                validate_timezone(name)
        except ValidationError as error:
            raise Invalid.because("invalid_choice", _("Is not an IANA time zone, such as Europe/Warsaw.")) from error
        return name


class LanguageTag(Field):
    """One of the product's languages; regional tags such as en-US or nb_NO are cut to them."""

    empty = ""

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise Invalid.because("invalid_type", _("Must be text."))
        tag = value.replace("_", "-").lower().split("-")[0]
        tag = {"no": "nb", "nn": "nb"}.get(tag, tag)
        if tag not in Language.values and (tag or not self.null):
            known = {"all": ", ".join(Language.values)}
            raise Invalid.because("invalid_choice", _("Must be one of: %(all)s.") % known)
        return tag

    def render(self, value: Any) -> Any:
        return value or None if self.null else value

    def details(self) -> Schema:
        return {"maxLength": 35, "examples": list(Language.values)}
