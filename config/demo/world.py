"""What the simulated market looks like: the knobs of the demo, in one place."""

from __future__ import annotations

from dataclasses import dataclass

WEEKS = 156  # three years

CHANNELS = {  # share of sign-ups, how well such customers fit the product
    "organic": (0.30, 0.25),
    "referral": (0.15, 0.70),
    "outbound": (0.20, 0.00),
    "paid search": (0.20, -0.45),
    "partner": (0.15, 0.20),
}
INDUSTRIES = ("Logistics", "Retail", "Healthcare", "Finance", "Education", "Manufacturing", "Media", "Energy")
CURRENCIES = {"EUR": 0.62, "USD": 0.18, "NOK": 0.10, "PLN": 0.10}


@dataclass(frozen=True)
class Tier:
    """A size of customer: how common, how many seats, how it pays."""

    name: str
    share: float
    seats: tuple[float, float]  # log-mean and log-sd
    seat_price: int  # EUR a month
    plan: str
    annual: float  # share that pays by the year


TIERS = (
    Tier("SMB", 0.60, (1.9, 0.55), 29, "Team", 0.25),
    Tier("Mid-market", 0.30, (3.4, 0.50), 39, "Business", 0.60),
    Tier("Enterprise", 0.10, (4.8, 0.45), 49, "Enterprise", 0.90),
)

FEATURES = {  # event -> (name, kind, share of usage at full engagement)
    "Signed In": ("Log-in", "basic", 0.25),
    "Report Viewed": ("Reports", "basic", 0.24),
    "Task Completed": ("Tasks", "basic", 0.20),
    "Comment Added": ("Comments", "unclassified", 0.12),
    "Report Exported": ("Exports", "unclassified", 0.07),
    "Automation Run": ("Automations", "sticky", 0.06),
    "Dashboard Shared": ("Shared dashboards", "sticky", 0.04),
    "API Called": ("API", "sticky", 0.02),
}

REASONS = {  # why customers leave, by what the simulation did to them
    "unused": "not using it",
    "onboarding": "unclear onboarding",
    "support": "support not available",
    "champion": "unmet expectation",
    "fit": "missing feature",
    "price": "price",
}
