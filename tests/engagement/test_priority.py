from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engagement.priority import priority, urgency

TODAY = date(2026, 11, 22)
DAYS = st.integers(-1000, 1000).map(lambda days: TODAY + timedelta(days=days))


def test_due_today_weighs_one() -> None:
    assert urgency(TODAY, TODAY) == 1


def test_a_week_ahead_weighs_half() -> None:
    assert urgency(TODAY + timedelta(days=7), TODAY) == Decimal("0.5")


def test_lateness_is_capped_at_two() -> None:
    assert urgency(TODAY - timedelta(days=400), TODAY) == 2


def test_unknown_risk_counts_as_one_half() -> None:
    assert priority(risk_percent=None, arr=Decimal(1000), due_on=TODAY, today=TODAY).value == 500


def test_hand_worked_value() -> None:
    item = priority(risk_percent=62, arr=Decimal(12000), due_on=TODAY - timedelta(days=3), today=TODAY)
    assert item.value == Decimal("9672.000")  # 0.62 x 12,000 x 1.3


@given(DAYS, DAYS)
def test_earlier_is_never_less_urgent(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert urgency(earlier, TODAY) >= urgency(later, TODAY)
