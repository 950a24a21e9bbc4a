"""A subscription item's price as monthly recurring revenue (METRICS.md 1.1)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

PLACES = Decimal("1e-12")
TERMS_A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1}


def monthly_amount(
    unit_amount: Decimal, quantity: Decimal, interval: str, interval_count: int, discount_percent: Decimal
) -> Decimal:
    """Rounded once, to twelve places, like the ledger: a thousand thirds still add up to the cent."""
    with localcontext(prec=60):
        yearly = unit_amount * quantity * (100 - discount_percent) * TERMS_A_YEAR[interval]
        monthly = yearly / (1200 * max(interval_count, 1))
        return monthly.quantize(PLACES, rounding=ROUND_HALF_UP)
