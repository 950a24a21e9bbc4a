from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from churn.services.ledger import rebuild_ledger
from tests.factories.accounts import make_change, make_customer, make_subscription
from tests.factories.api import Caller, make_caller
from tests.factories.churn import make_rate


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


def seed(acme: Tenant) -> None:
    """Ten pay 275; on 15 March one leaves, eight go to 339 and one to 239."""
    with tenant_scope(acme):
        for number in range(10):
            customer = make_customer(tier="gold" if number < 5 else "")
            ended = date(2026, 3, 15) if number == 0 else None
            subscription = make_subscription(customer, unit_amount=D(275), started_on=date(2025, 6, 1), ended_on=ended)
            if number:
                make_change(subscription, date(2026, 3, 15), unit_amount=D(239 if number == 9 else 339))
        rebuild_ledger()


def revenue(api: Caller, query: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/metrics/revenue?{query}")
    assert api.status == 200, found
    return found


def test_the_two_end_point_formulas_beside_the_standard_ones(acme: Tenant, api: Caller) -> None:
    seed(acme)
    found = revenue(api, "from=2026-03-01&to=2026-03-31")
    assert found["opening"]["mrr"] == "2750.00" and found["closing"]["customers"] == 9
    assert found["account_net_change_rate"] == "0.100000" == found["logo_churn_rate"]
    assert D(found["revenue_net_change_rate"]) == round(D(2750 - 2951) / 2750, 15)
    assert D(found["gross_mrr_churn_rate"]) == round(D(275 + 36) / 2750, 15)
    assert D(found["grr"]) == round(1 - D(311) / 2750, 15)
    assert found["movements"]["churn"] == {"mrr": "-275.00", "customers": 1, "lapsed_pauses": 0}
    assert found["bridge"]["accounts"]["lost"] == 1


def test_groups_add_up_to_the_whole(acme: Tenant, api: Caller) -> None:
    seed(acme)
    for group_by in ("month", "week", "plan", "acquisition_channel", "tier", "csm", "cohort", "stage"):
        found = revenue(api, f"from=2026-02-10&to=2026-04-10&group_by={group_by}")
        groups = found["groups"]
        assert sum(D(each["movements"]["churn"]["mrr"]) for each in groups) == D("-275"), group_by
        last = groups[-1:] if group_by in ("month", "week") else groups
        assert sum(D(each["closing"]["mrr"]) for each in last) == D(found["closing"]["mrr"]), group_by


def test_nothing_before_gives_null_with_a_reason(acme: Tenant, api: Caller) -> None:
    seed(acme)
    found = revenue(api, "from=2020-01-01&to=2020-02-01")
    assert found["logo_churn_rate"] is None and found["reasons"]["logo_churn_rate"] == "no_base"
    assert found["quick_ratio"] is None and found["reasons"]["quick_ratio"] == "no_losses"


def test_without_a_rate_money_is_null_and_customers_count(acme: Tenant, api: Caller) -> None:
    with tenant_scope(acme):
        make_subscription(currency="GBP", started_on=date(2026, 2, 1))
        make_rate(date(2026, 6, 1), "1.30", "GBP")
        rebuild_ledger()
    found = revenue(api, "from=2026-01-01&to=2026-03-01")
    assert found["closing"] == {"customers": 1, "mrr": None, "arr": None}
    assert found["reasons"]["closing.mrr"] == "no_fx_rate"
    assert revenue(api, "from=2026-05-01&to=2026-07-01")["closing"]["mrr"] == "130.00"


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("from=2026-03-31&to=2026-03-01", 422, "?to"),
        ("from=2026-03-01&to=2026-03-01", 422, "?to"),
        ("from=2026-02-30", 400, "?from"),
        ("group_by=colour", 400, "?group_by"),
        ("segment=external:none", 422, "?segment"),
        ("as_of=2026-03-01&to=2026-04-01", 422, "?as_of"),
        ("colour=red", 400, "?colour"),
        ("from=1900-01-01&to=2199-12-31&group_by=week", 422, "?group_by"),
    ],
)
def test_what_is_wrong_is_named(api: Caller, query: str, status: int, pointer: str) -> None:
    api.get(f"/metrics/revenue?{query}")
    assert (api.status, list(api.codes())) == (status, [pointer])


def test_another_tenants_figures_stay_away(acme: Tenant, globex: Tenant, api: Caller) -> None:
    before = revenue(api, "from=2026-03-01&to=2026-03-31")
    seed(globex)
    assert revenue(api, "from=2026-03-01&to=2026-03-31") == before


def test_what_is_agreed_for_later_counts_only_as_of_later(acme: Tenant, api: Caller) -> None:
    with tenant_scope(acme):
        make_subscription(ended_on=date(2098, 3, 1))
        rebuild_ledger()
    assert revenue(api, "from=2026-01-01&to=2099-01-01")["closing"]["customers"] == 1
    later = revenue(api, "as_of=2099-01-01")
    assert later["is_forecast"] and later["closing"]["customers"] == 0


def test_a_segment_narrows_every_figure(acme: Tenant, api: Caller) -> None:
    seed(acme)
    rule = {"all": [{"field": "tier", "op": "eq", "value": "gold"}]}
    segment = api.post("/segments", {"name": "Gold", "rule": rule})["id"]
    found = revenue(api, f"from=2026-03-01&to=2026-03-31&segment={segment}")
    assert (found["opening"]["customers"], found["logo_churn_rate"]) == (5, "0.200000")


def test_lifetime_value_comes_from_closed_months_with_or_without_a_segment(acme: Tenant, api: Caller) -> None:
    seed(acme)
    rule = {"all": [{"field": "name", "op": "is_set"}]}
    everybody = api.post("/segments", {"name": "All", "rule": rule})["id"]
    period = "from=2026-03-10&to=2026-04-10"
    whole, part = revenue(api, period), revenue(api, f"{period}&segment={everybody}")
    assert (whole["ltv"], whole["ltv_basis"]) == (part["ltv"], part["ltv_basis"])
    assert whole["ltv_basis"]["churn_events"] == 1 and whole["ltv_basis"]["customer_months"] == 90
