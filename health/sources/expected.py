"""Measures that people expect and nothing in the product tells yet: they take fed values, and are missing without."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from health.sources.registry import Measured, register_measures

register_measures(
    Measured(
        "onboarding_progress",
        _("Onboarding progress"),
        "%",
        "onboarding",
        red=Decimal(0),
        green=Decimal(90),
        fresh_days=14,
        expire_days=60,
        hint=_("Required steps done, in per cent of those planned by now."),
    ),
    Measured(
        "nps",
        _("NPS"),
        "",
        "outcomes",
        red=Decimal(-50),
        green=Decimal(50),
        fresh_days=90,
        expire_days=180,
        hint=_("Net promoter score of the customer's answers."),
    ),
    Measured(
        "csat",
        _("CSAT"),
        "%",
        "outcomes",
        red=Decimal(50),
        green=Decimal(95),
        fresh_days=90,
        expire_days=180,
        hint=_("Satisfied answers, in per cent of all."),
    ),
    Measured(
        "goal_attainment",
        _("Goals reached"),
        "%",
        "outcomes",
        red=Decimal(0),
        green=Decimal(80),
        fresh_days=90,
        expire_days=180,
        hint=_("Agreed success metrics that have reached their target, in per cent."),
    ),
    Measured(
        "open_tickets",
        _("Open tickets"),
        _("tickets"),
        "support",
        red=Decimal(8),
        green=Decimal(1),
        fresh_days=2,
        expire_days=14,
    ),
    Measured(
        "sev1_open_hours",
        _("Severity 1 open for"),
        _("hours"),
        "support",
        red=Decimal(48),
        green=Decimal(0),
        fresh_days=2,
        expire_days=14,
        hint=_("Hours for which the oldest ticket of severity 1 has been open."),
    ),
    Measured(
        "sentiment",
        _("CSM sentiment"),
        "",
        "relationship",
        red=Decimal(1),
        green=Decimal(5),
        fresh_days=30,
        expire_days=60,
        hint=_("How the customer's CSM sees the relationship, from 1 to 5."),
    ),
)
