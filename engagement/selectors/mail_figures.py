"""What became of the mails of a period. Only what is known: opens and clicks are not watched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from engagement.models import Message

_FIGURES = {
    "sent": Q(state="sent") & ~Q(transport="capture"),
    "captured": Q(state="sent", transport="capture"),
    "bounced": Q(state="dead", reason="bounced"),
    "refused": Q(state="dead", reason__in=["refused", "gave_up"]),
    "unwanted": Q(state="dead", reason__in=["unsubscribed", "complained", "suppressed", "manual", "stopped"]),
    "unsure": Q(state="unsure"),
    "waiting": Q(state__in=["due", "claimed"]),
}


def mail_figures(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Counts by category of mails that fell due in [start, end), tests left out."""
    rows: Any = Message.objects.filter(run_at__gte=start, run_at__lt=end, is_test=False).order_by("category")
    counts = {name: Count("pk", filter=condition) for name, condition in _FIGURES.items()}
    return list(rows.values("category").annotate(**counts))
