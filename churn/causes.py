"""What a movement is and why it happened, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND_LABELS: dict[str, str | Promise] = {
    "new": _("New"),
    "reactivation": _("Reactivation"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churn": _("Churn"),
    "pause": _("Paused"),
    "resume": _("Resumed"),
    "fx": _("Exchange rates"),
    "plan": _("Plan change"),
}
CAUSES: dict[str, str | Promise] = {
    "voluntary": _("left"),
    "involuntary": _("did not pay"),
    "free": _("went free of charge"),
    "pause_limit": _("pause ran out"),
    "pause": _("pause"),
    "resume": _("resumed"),
    "add_on": _("another subscription"),
    "contractual": _("agreed step"),
    "currency": _("other currency"),
    "plan": _("other plan"),
    "seats": _("quantity"),
    "discount": _("discount"),
    "price": _("price"),
    "started": _("new subscription"),
    "ended": _("subscription ended"),
    "trial_converted": _("trial converted"),
    "recovered": _("paid after all"),
    "past_due": _("past due"),
    "rate": _("exchange rate"),
}
TONES = {
    "new": "good",
    "reactivation": "good",
    "resume": "good",
    "expansion": "good",
    "contraction": "warn",
    "pause": "warn",
    "churn": "bad",
}
