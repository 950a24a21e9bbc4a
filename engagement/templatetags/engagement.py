from __future__ import annotations

from django import template

from engagement import wording
from engagement.models import Activity

register = template.Library()

ICONS = {
    "note": "note",
    "call": "phone",
    "meeting": "users",
    "email": "mail",
    "chat": "message",
    "task": "check",
    "subscription": "receipt",
    "health": "heartbeat",
    "milestone": "flag",
    "system": "settings",
}


@register.filter
def activity_icon(activity: Activity) -> str:
    return ICONS.get(activity.kind, "point")


@register.filter
def activity_title(activity: Activity) -> str:
    return wording.activity_title(activity)
