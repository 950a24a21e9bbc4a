from django import template

from engagement.services.suppressions import REASONS

register = template.Library()

TONES = {"sent": "good", "finished": "good", "active": "info", "claimed": "info", "unsure": "warn", "dead": "bad"}


@register.filter
def state_tone(state: str) -> str:
    """The tone of a mail's or an enrolment's state."""
    return TONES.get(state, "muted")


@register.filter
def reason_text(reason: str) -> str:
    """Why a mail was not sent or an enrolment stopped, in words."""
    return str(REASONS.get(reason, reason))
