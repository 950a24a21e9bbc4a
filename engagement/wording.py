"""What the product says of signals and of its own timeline entries, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.models import Activity, Signal


def next_action(signal: str) -> str:
    """What to do about a signal, short enough for the title of a task."""
    return {
        Signal.HEALTH_RED: _("Find out what went wrong and agree on a way out"),
        Signal.HEALTH_FALLING: _("Ask what changed"),
        Signal.RENEWAL_NEAR: _("Prepare the renewal"),
        Signal.SILENT: _("Check in"),
        Signal.UNUSED: _("Offer help with getting back to work"),
        Signal.LEAVING: _("Talk before the contract ends"),
    }[Signal(signal)]


def why(signal: str, *, days: int | None, score: int | None, trend: int | None) -> str:
    """The reason in one clause with its figure."""
    if signal == Signal.RENEWAL_NEAR and days is not None:
        return _("renews today") if days == 0 else ngettext("renews in %d day", "renews in %d days", days) % days
    if signal == Signal.UNUSED and days is not None:
        return ngettext("nobody used the product for %d day", "nobody used the product for %d days", days) % days
    if signal == Signal.SILENT and days is not None:
        return ngettext("no talk with a person for %d day", "no talk with a person for %d days", days) % days
    if signal == Signal.HEALTH_FALLING and trend is not None:
        return ngettext("health fell by %d point in 28 days", "health fell by %d points in 28 days", -trend) % -trend
    if signal == Signal.HEALTH_RED and score is not None:
        return _("health is %(score)d") % {"score": score}
    return str(Signal(signal).label).lower() if signal else ""


def activity_title(activity: Activity) -> str:
    """A person's own title, or the system's code put into words."""
    if not activity.code:
        return activity.title or str(activity.get_kind_display())
    words = _coded(activity.code, activity.params)
    return words or activity.title or activity.code


def _coded(code: str, params: dict[str, Any]) -> str:
    templates = {
        "health.band_fell": _("Health fell from %(before)s to %(after)s"),
        "health.fell": _("Health fell to %(after)s"),
        "health.override": _("Health set by hand to %(after)s"),
        "mail.sent": _("Mail sent: %(subject)s"),
        "subscription.new": _("First subscription"),
        "subscription.expansion": _("Expansion"),
        "subscription.contraction": _("Contraction"),
        "subscription.churn": _("Subscription ended"),
        "subscription.reactivation": _("Came back"),
        "subscription.pause": _("Subscription paused"),
        "subscription.resume": _("Subscription resumed"),
    }
    try:
        return templates.get(code, "") % params
    except (KeyError, ValueError, TypeError):
        return ""
