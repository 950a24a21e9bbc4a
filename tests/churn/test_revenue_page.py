from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Role, Tenant, User
from accounts.tenancy.scope import tenant_scope
from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_change, make_customer, make_membership, make_subscription, make_user


def seed(tenant: Tenant, customers: int) -> list[Customer]:
    """Some grew, some left, this year."""
    today = tenant.today()
    rows = []
    for number in range(customers):
        ended = today - timedelta(days=5) if number % 5 == 0 else None
        customer = make_customer()
        subscription = make_subscription(customer, started_on=date(2024, 1 + number % 12, 3), ended_on=ended)
        if number % 3 == 0:
            make_change(subscription, today - timedelta(days=9), quantity=D(2))
        rows.append(customer)
    rebuild_ledger()
    return rows


@pytest.fixture
def csm(acme: Tenant) -> User:
    user = make_user()
    with tenant_scope(acme):
        make_membership(user, Role.CSM)
    return user


@pytest.fixture
def client(csm: User) -> Client:
    client = Client()
    client.force_login(csm)
    return client


def test_the_page_shows_figures_formulas_and_policies(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        seed(acme, 40)
    page = client.get("/acme/revenue/?group_by=plan&measure=nrr&months=24")
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Quick ratio", "Revenue churn (net change)", "Retention by cohort", "at the end of the paid period"):
        assert words in text
    assert len(page.content) < 200 * 1024


def test_every_period_of_an_empty_tenant_answers(acme: Tenant, client: Client) -> None:
    for period in ("30d", "month", "last_month", "quarter", "last_quarter", "12m", "nonsense"):
        for group_by in ("", "month", "csm", "cohort"):
            assert client.get(f"/acme/revenue/?period={period}&group_by={group_by}").status_code == 200


def test_impossible_dates_are_named_and_the_usual_period_shown(acme: Tenant, client: Client) -> None:
    text = client.get("/acme/revenue/?from=2026-05-01&to=2026-04-01").content.decode()
    assert "These dates make no period" in text


def test_few_customers_are_counts_and_some_have_an_interval(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        seed(acme, 4)
    assert "1 of 4" in client.get("/acme/revenue/").content.decode()
    with tenant_scope(acme):
        seed(acme, 10)
    assert "95% interval" in client.get("/acme/revenue/").content.decode()


def test_a_figure_leads_to_its_customers(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        rows = seed(acme, 6)
    start, end = acme.today() - timedelta(days=30), acme.today() + timedelta(days=1)
    text = client.get(f"/acme/revenue/movements/?type=churn&from={start}&to={end}").content.decode()
    assert rows[0].name in text and rows[5].name in text and f">{rows[1].name}<" not in text


def test_movements_turn_pages_without_loss(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        seed(acme, 120)
    seen: list[str] = []
    query = "from=2024-01-01&to=2027-01-01&type=new"
    while True:
        page = client.get(f"/acme/revenue/movements/?{query}").context["page"]
        seen += [row.cursor for row in page.rows]
        if not page.next_cursor:
            break
        query = f"from=2024-01-01&to=2027-01-01&type=new&cursor={page.next_cursor}"
    assert len(seen) == len(set(seen)) == 120


def test_export_has_every_line(acme: Tenant) -> None:
    user = make_user()
    with tenant_scope(acme):
        make_membership(user, Role.ADMIN)
        seed(acme, 7)
    client = Client()
    client.force_login(user)
    answer = client.get("/acme/revenue/movements/export/?from=2024-01-01&to=2027-01-01&type=new")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 8 and lines[0].endswith("plan_before,plan_after")


def test_queries_do_not_grow_with_customers(acme: Tenant, client: Client) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = ["/acme/revenue/?group_by=csm", "/acme/revenue/movements/?from=2024-01-01&to=2027-01-01"]
    with tenant_scope(acme):
        customer = seed(acme, 5)[0]
    paths.append(f"/acme/customers/{customer.pk}/money/")
    before = [queries(path) for path in paths]
    with tenant_scope(acme):
        seed(acme, 40)
    assert [queries(path) for path in paths] == before
    assert before[0] <= 32 and before[1] <= 18 and before[2] <= 18


def test_the_money_panel_tells_how_it_came_about(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        customer = seed(acme, 1)[0]
    text = client.get(f"/acme/customers/{customer.pk}/money/").content.decode()
    assert "quantity" in text and "left" in text and "New" in text
