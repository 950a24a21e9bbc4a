"""The scorecards a new tenant starts with, one per phase of the life cycle: expert weights, to be made its own.

Early on, getting started and the relationship decide; later, use and results do; near a renewal, money joins in.
What nothing tells yet is left out of the mean and lowers coverage only; usage, talks and subscriptions alone cover
more than half of every card, so that a tenant without surveys or tickets has scores as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from health.sources.registry import measures as known


class Default(NamedTuple):
    name: Any
    stages: tuple[str, ...]
    weights: dict[str, dict[str, int]]  # group -> measure -> weight
    groups: dict[str, int]


CAPS: Sequence[dict[str, Any]] = (
    {"key": "past_due", "measure": "days_past_due", "above": 30, "limit": 45},
    {"key": "cancellation", "measure": "cancellation_scheduled", "above": 0, "limit": 25},
    {"key": "severity_1", "measure": "sev1_open_hours", "above": 48, "limit": 49},
    {"key": "champion_left", "measure": "champion_left", "above": 0, "limit": 60},
)

USAGE = {"usage_trend": 3, "active_seats": 3, "feature_breadth": 2, "sticky_features": 2, "days_since_active": 2}
RELATIONSHIP = {"days_since_contact": 3, "sentiment": 1, "champions": 1}
OUTCOMES = {"nps": 2, "csat": 1, "goal_attainment": 2}
SUPPORT = {"open_tickets": 1}
COMMERCIAL = {"days_past_due": 1}

DEFAULTS = (
    Default(
        _("Getting started"),
        ("trial", "onboarding"),
        {
            "onboarding": {"onboarding_progress": 1},
            "usage": {"active_seats": 3, "active_days": 3, "days_since_active": 3, "feature_breadth": 2},
            "relationship": RELATIONSHIP,
            "support": SUPPORT,
        },
        {"onboarding": 20, "usage": 50, "relationship": 20, "support": 10},
    ),
    Default(
        _("Adopting"),
        ("adopting",),
        {
            "usage": USAGE,
            "relationship": RELATIONSHIP,
            "outcomes": OUTCOMES,
            "support": SUPPORT,
            "commercial": COMMERCIAL,
        },
        {"usage": 55, "relationship": 20, "outcomes": 10, "support": 10, "commercial": 5},
    ),
    Default(
        _("Established"),
        (),
        {
            "usage": USAGE,
            "relationship": RELATIONSHIP,
            "outcomes": OUTCOMES,
            "support": SUPPORT,
            "commercial": COMMERCIAL,
        },
        {"usage": 50, "relationship": 20, "outcomes": 10, "support": 10, "commercial": 10},
    ),
    Default(
        _("Renewing"),
        ("renewing",),
        {
            "usage": USAGE,
            "relationship": RELATIONSHIP,
            "outcomes": OUTCOMES,
            "commercial": COMMERCIAL,
        },
        {"usage": 40, "relationship": 25, "commercial": 20, "outcomes": 15},
    ),
    Default(
        _("Leaving"),
        ("leaving",),
        {"usage": USAGE, "relationship": RELATIONSHIP, "commercial": COMMERCIAL},
        {"usage": 50, "relationship": 35, "commercial": 15},
    ),
)


def document(default: Default) -> dict[str, Any]:
    """The default as a scorecard's document, with each measure's own anchors and ages."""
    groups = [
        {
            "key": group,
            "weight": weight,
            "measures": [{"key": key, "weight": w, **known[key].defaults} for key, w in default.weights[group].items()],
        }
        for group, weight in default.groups.items()
    ]
    return {"groups": groups, "caps": list(CAPS)}
