from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Signal
from engagement.selectors.today import today_page
from engagement.services.tasks import create_task, dismiss_signal
from tests.factories.accounts import make_customer, make_membership


def test_value_at_stake_decides_the_order(in_acme: Tenant) -> None:
    make_customer(name="Small", standing={"mrr_cents": 1000_00, "health_band": "red", "risk": 80})
    make_customer(name="Large", standing={"mrr_cents": 9000_00, "health_band": "red", "risk": 70})
    assert [item.customer.name for item in today_page(in_acme, None).items if item.customer] == ["Large", "Small"]


def test_one_line_per_customer_carries_all_its_reasons(in_acme: Tenant) -> None:
    day = in_acme.today()
    make_customer(
        standing={"mrr_cents": 100_00, "health_band": "red", "health_score": 31, "renewal_on": day + timedelta(days=9)}
    )
    [item] = today_page(in_acme, None).items
    assert [reason.signal for reason in item.reasons] == [Signal.HEALTH_RED, Signal.RENEWAL_NEAR]
    assert item.reasons[1].text == "renews in 9 days"


def test_dismissed_signal_stays_quiet(in_acme: Tenant) -> None:
    me, customer = make_membership(), make_customer(standing={"mrr_cents": 100_00, "health_band": "red"})
    dismiss_signal(customer, Signal.HEALTH_RED, until=in_acme.today() + timedelta(days=1), by=me)
    assert today_page(in_acme, None).items == []


def test_signal_taken_as_a_task_is_shown_once(in_acme: Tenant) -> None:
    customer = make_customer(standing={"mrr_cents": 100_00, "health_band": "red"})
    create_task(title="Call", due_on=in_acme.today(), customer=customer, signal=Signal.HEALTH_RED)
    [item] = today_page(in_acme, None).items
    assert item.task is not None


def test_my_day_holds_only_my_customers(in_acme: Tenant) -> None:
    me = make_membership()
    make_customer(name="Mine", csm=me, standing={"mrr_cents": 100_00, "health_band": "red"})
    make_customer(name="Theirs", csm=make_membership(), standing={"mrr_cents": 100_00, "health_band": "red"})
    page = today_page(in_acme, me)
    assert [item.customer.name for item in page.items if item.customer] == ["Mine"]
    assert page.at_risk.arr == Decimal(1200)


def test_another_tenants_customers_stay_out(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        make_customer(standing={"mrr_cents": 100_00, "health_band": "red"})
    with tenant_scope(globex):
        assert today_page(globex, None).items == []


def test_number_of_queries_does_not_grow_with_customers(in_acme: Tenant, django_assert_max_num_queries: object) -> None:
    for _ in range(30):
        make_customer(csm=make_membership(), standing={"mrr_cents": 100_00, "health_band": "red"})
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        today_page(in_acme, None)
