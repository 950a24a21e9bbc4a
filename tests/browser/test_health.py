from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Customer, Membership, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from health.services.scorecards import ensure_default_scorecards
from health.services.scoring import close_day, score_today
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_customer, make_membership, make_subscription, make_user
from tests.factories.health import feed, sum_usage, use

pytestmark = pytest.mark.browser

NAMES = ("Northwind Logistics", "Fjordkraft Retail", "Apollo Diagnostics", "Brightline Energy", "Helix Robotics")


@pytest.fixture
def maja(acme: Tenant, visitor: Visitor) -> Membership:
    """An admin whose customers have lived through a month."""
    today = timezone.localdate()
    with tenant_scope(acme):
        maja = make_membership(make_user(name="Maja Lindqvist"), role=Role.ADMIN)
        ensure_default_scorecards()
        for number, name in enumerate(NAMES):
            seen = timezone.now() - timedelta(days=20 * number)
            standing = {"mrr_cents": 100_000 * (number + 1), "last_contact_at": seen}
            customer = make_customer(name=name, csm=maja, standing=standing, signed_up_on=today - timedelta(days=300))
            make_subscription(customer, seats=10)
            for back in (*range(200, 27, -7), 9, 1 + number):
                use(customer, today - timedelta(days=back), users=2 + number)
                feed(customer, today - timedelta(days=back), nps=20 * number + back, sentiment=1 + number % 5)
        sum_usage(today - timedelta(days=1))
        for back in (29, 28, 14, 7, 1):
            close_day(today - timedelta(days=back), newest=back == 1)
        sum_usage(today)
        score_today()
    visitor.log_in(maja.user)
    return maja


def test_health_pages_are_accessible_everywhere(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    with tenant_scope(acme):
        customer = Customer.objects.get(name="Apollo Diagnostics")
    visitor.walk("/acme/health/", "health")
    visitor.walk(f"/acme/customers/{customer.pk}/health/", "health-panel")


def test_scorecard_is_previewed_and_published(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    page = visitor.open("/acme/settings/scorecards/")
    page.get_by_role("link", name="Established").click()
    visitor.assert_accessible()
    page.get_by_label("Green from").fill("60")
    page.get_by_label("Green from").blur()
    expect(page.locator("#preview")).to_contain_text("With the change")
    visitor.photograph("scorecard")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".pn-toast")).to_contain_text("Version 2 is published")


def test_judgement_shows_and_is_undone(visitor: Visitor, acme: Tenant, maja: Membership) -> None:
    with tenant_scope(acme):
        customer = Customer.objects.get(name="Apollo Diagnostics")
    page = visitor.open(f"/acme/customers/{customer.pk}/health/")
    page.get_by_role("link", name="Override").click()
    page.get_by_label("Score").fill("15")
    page.get_by_label("Reason").fill("Their sponsor left")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#health-{customer.pk}")).to_contain_text("Their sponsor left")
    page.locator(".pn-toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#health-{customer.pk}")).not_to_contain_text("Their sponsor left")
