"""The running sums against METRICS.md 7 counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import mean, median
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from health.usage import event_types, history, reader, running
from tests.factories.accounts import make_customer, make_subscription, make_tenant

AS_OF = date(2026, 11, 20)  # a Friday
LAST = date(2026, 11, 9)  # the Monday of the newest complete week
EXACT = Decimal("0.00000001")


def week(back: int) -> date:
    return LAST - timedelta(weeks=back)


def use(customer: Customer, day: date, user: str = "u1", event: str = "Saved", count: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_user_day (customer_id, day, user_ref, event, count) VALUES (%s, %s, %s, %s, %s)",
            [str(customer.pk), day, user, event, count],
        )


def sums(customer: Customer, as_of: date = AS_OF) -> dict[str, Any]:
    event_types.register(["Saved", "Opened", "Logged In"])
    history.sum_days()
    running.refresh([customer.pk], as_of=as_of)
    return reader.running(customer.pk) or {}


def test_windows_end_with_the_day(in_acme: Tenant) -> None:
    customer = make_customer()
    for back, user in [(0, "u1"), (6, "u2"), (7, "u3"), (27, "u4"), (28, "u5")]:
        use(customer, AS_OF - timedelta(days=back), user, count=2)
    use(customer, AS_OF, "u1", "Logged In", 3)
    found = sums(customer)
    assert (found["actions_7"], found["actions_28"], found["logins_28"]) == (4, 8, 3)
    assert (found["active_users_7"], found["active_users_28"], found["login_users_28"]) == (2, 4, 1)
    assert (found["active_days_28"], found["user_days_28"], found["features_28"]) == (4, 4, 1)
    assert (found["first_seen_on"], found["last_seen_on"]) == (AS_OF - timedelta(days=28), AS_OF)


def test_past_day_is_told_as_it_was(in_acme: Tenant) -> None:
    """What came later does not show: the sums of a past day are those that were taken on it."""
    customer = make_customer()
    use(customer, AS_OF - timedelta(days=10), "u1")
    on_the_day = sums(customer, AS_OF - timedelta(days=5))
    use(customer, AS_OF, "u1")
    use(customer, AS_OF, "u2")
    later = sums(customer, AS_OF - timedelta(days=5))
    assert {k: v for k, v in later.items() if k != "computed_at"} == {
        k: v for k, v in on_the_day.items() if k != "computed_at"
    }


def test_running_week_and_outages_do_not_count(in_acme: Tenant) -> None:
    customer, other = make_customer(), make_customer()
    use(customer, week(-1), count=1000)  # the week that is not over
    for back in range(13):
        if back != 5:  # nobody's events arrived in that week
            use(other, week(back))
        if back not in (3, 5):
            use(customer, week(back), count=10)
    found = sums(customer)
    assert (found["last_week"], found["last_week_actions"], found["weeks_observed"]) == (LAST, 10, 11)
    assert found["baseline_mean"] == pytest.approx(Decimal(100) / 11, abs=EXACT)


def test_too_few_weeks_tell_no_trend(in_acme: Tenant) -> None:
    customer = make_customer()
    for back in range(8):
        use(customer, week(back))
    found = sums(customer)
    assert (found["weeks_observed"], found["trend_pct"], found["trend_z"], found["trend_slope"]) == (
        7,
        None,
        None,
        None,
    )


def test_use_is_counted_per_seat(in_acme: Tenant) -> None:
    """Twice the seats and twice the actions are no growth."""
    customer = make_customer()
    subscription = make_subscription(customer, started_on=week(40), seats=10)
    subscription.changes.create(effective_on=week(0), seats=20)
    for back in range(1, 12):
        use(customer, week(back), count=30)
    use(customer, week(0), count=60)
    found = sums(customer)
    assert (found["seats"], found["week_value"], found["trend_pct"]) == (20, Decimal(3), Decimal(0))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 40), min_size=9, max_size=33))
def test_trend_against_a_count_by_hand(db: None, weeks: list[int]) -> None:
    with tenant_scope(make_tenant()):
        customer, other = make_customer(), make_customer()
        use(customer, week(len(weeks) - 1), event="Logged In")  # live from then on
        for back, count in enumerate(weeks):
            use(other, week(back))
            if count:
                use(customer, week(back), count=count)
        found = sums(customer)
    before = weeks[1:31]
    assert found["trend_pct"] == near(weeks[0] / mean(before) - 1 if sum(before) else None)
    assert found["trend_z"] == near(robust_z(weeks[0], before))
    assert found["trend_z_before"] == near(robust_z(weeks[1], weeks[2:32]) if len(weeks[2:32]) >= 8 else None)
    assert found["trend_slope"] == near(slope(weeks[:30][::-1]))


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(Decimal(repr(value)), abs=Decimal("0.0000001"))


def robust_z(value: float, before: list[int]) -> float | None:
    middle = median(before)
    mad = median(abs(each - middle) for each in before)
    return (value - middle) / (1.4826 * mad) if mad else None


def slope(values: list[int]) -> float | None:
    """Least squares, in per cent of the mean."""
    x, y = mean(range(len(values))), mean(values)
    rise = sum((i - x) * (each - y) for i, each in enumerate(values)) / sum((i - x) ** 2 for i in range(len(values)))
    return 100 * rise / y if y else None
