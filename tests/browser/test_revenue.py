from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal as D
from random import Random

import pytest
from playwright.sync_api import expect

from accounts.models import Customer, Membership, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from churn.services.ledger import rebuild_ledger
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_change, make_customer, make_membership, make_subscription, make_user
from tests.factories.churn import make_rate

pytestmark = pytest.mark.browser


@pytest.fixture
def lena(acme: Tenant, visitor: Visitor) -> Membership:
    """The head of customer success, with two years of figures, signed in."""
    random, today = Random(4), acme.today()
    with tenant_scope(acme):
        lena = make_membership(make_user(name="Lena Ødegård"), role=Role.ADMIN)
        make_rate(date(2024, 1, 1), "1.10", "USD", acme.currency)
        make_rate(today - timedelta(days=20), "1.15", "USD", acme.currency)
        for number in range(60):
            _customer(random, number, today, acme.currency)
        rebuild_ledger()
    visitor.log_in(lena.user)
    return lena


def _customer(random: Random, number: int, today: date, currency: str) -> None:
    started_on = today - timedelta(days=random.randint(10, 700))
    leaves = random.random() < 0.25
    subscription = make_subscription(
        make_customer(name=f"Northwind {number}", tier=random.choice(["Enterprise", "SMB"])),
        currency="USD" if number % 6 == 0 else currency,
        plan=random.choice(["Team", "Business"]),
        unit_amount=D(random.choice([190, 440, 900])),
        quantity=D(random.randint(1, 9)),
        started_on=started_on,
        ended_on=started_on + timedelta(days=random.randint(20, 400)) if leaves else None,
    )
    for _ in range(random.choice([0, 1, 2])):
        make_change(
            subscription, started_on + timedelta(days=random.randint(5, 600)), quantity=D(random.randint(1, 12))
        )


def test_revenue_with_figures(visitor: Visitor, lena: Membership) -> None:
    visitor.walk("/acme/revenue/?group_by=tier", "revenue")


def test_from_a_figure_to_a_customer(visitor: Visitor, lena: Membership, acme: Tenant) -> None:
    page = visitor.open("/acme/revenue/?period=12m")
    page.get_by_role("link", name=re.compile("^Churn: ")).click()
    expect(page.get_by_role("heading", name="Churn", level=1)).to_be_visible()
    visitor.walk(page.url.removeprefix(visitor.base_url), "revenue-movements")
    page.get_by_role("link", name="Northwind").first.click()
    expect(page.get_by_role("heading", name="Money")).to_be_visible()
    visitor.settle()


def test_another_measure_of_the_cohorts(visitor: Visitor, lena: Membership) -> None:
    page = visitor.open("/acme/revenue/")
    page.get_by_role("link", name="NRR", exact=True).click()
    expect(page).to_have_url(f"{visitor.base_url}/acme/revenue/?measure=nrr")


def test_the_money_panel_alone(visitor: Visitor, lena: Membership, acme: Tenant) -> None:
    with tenant_scope(acme):
        customer = Customer.objects.order_by("name").first()
        assert customer is not None
    visitor.walk(f"/acme/customers/{customer.pk}/money/", "money")
