from __future__ import annotations

from decimal import Decimal as D
from itertools import product

import pytest

from accounts.models import Interval, Tenant
from churn.mrr import monthly_amount
from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_subscription
from tests.factories.churn import rows


@pytest.mark.parametrize(
    ("interval", "count", "monthly"),
    [
        ("month", 1, D(100)),
        ("year", 1, D(100) / 12),
        ("quarter", 1, D(100) / 3),
        ("half_year", 1, D(100) / 6),
        ("week", 1, D(100) * 52 / 12),
        ("day", 1, D(100) * 365 / 12),
        ("month", 18, D(100) / 18),
        ("year", 3, D(100) / 36),
    ],
)
def test_a_price_per_term_as_a_price_per_month(interval: str, count: int, monthly: D) -> None:
    assert monthly_amount(D(100), D(1), interval, count, D(0)) == round(monthly, 12)


def test_the_check_of_the_definition() -> None:
    """100 at 100 a month and 50 at 600 a year are 12,500."""
    assert monthly_amount(D(100), D(100), "month", 1, D(0)) + monthly_amount(D(600), D(50), "year", 1, D(0)) == 12_500


def test_a_discount_reduces() -> None:
    assert monthly_amount(D(80), D(3), "month", 1, D("12.5")) == 210


def test_the_ledger_counts_alike(in_acme: Tenant) -> None:
    terms = list(product(Interval.values, (1, 7), (D("0"), D("33.3333")), (D("9.99"), D("12345678.654321"))))
    expected = sorted(
        monthly_amount(amount, D("2.5"), term, count, discount) for term, count, discount, amount in terms
    )
    for interval, count, discount, amount in terms:
        make_subscription(
            interval=interval, interval_count=count, discount_percent=discount, unit_amount=amount, quantity=D("2.5")
        )
    rebuild_ledger()
    assert [each for (each,) in rows("SELECT mrr_after FROM churn_movement ORDER BY 1")] == expected
