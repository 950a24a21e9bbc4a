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
