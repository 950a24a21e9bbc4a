from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

REASONS = {
    "no_base": _("Nothing to compare with at the start of the period"),
    "no_data": _("No data yet"),
    "not_enough": _("Not enough data yet"),
    "pending": _("The period is not finished"),
    "no_fx_rate": _("An exchange rate is missing"),
    "no_losses": _("Nothing was lost in the period"),
}


def reason_text(code: str | None) -> str:
    """Why a figure cannot be had; an unlisted code is shown as it is."""
    return str(REASONS.get(code or "no_data", code))


Words = Callable[[str], str]

_words: dict[str, Words] = {}


def register_words(kind: str, words: Words) -> None:
    """Let an app above put the codes it stores on the standing into the reader's words."""
    _words[kind] = words


def code_words(code: str, kind: str) -> str:
    """`{{ standing.health_reason|words:"health_reason" }}`; without words the code stands for itself."""
    return _words.get(kind, str)(code)
