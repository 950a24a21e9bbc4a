from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Customer, Role, Segment, Tenant
from accounts.rest.problems import Invalid
from accounts.segment_rules import checked_rule, compiled_rule, segment_sql
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer, make_membership, make_user


def who(rule: dict[str, Any]) -> set[str]:
    return set(Segment(name="any", rule=checked_rule(rule)).customers().values_list("name", flat=True))


@pytest.fixture
def people(in_acme: Tenant) -> None:
    """Ann pays and is seen, Bob is at risk, Cid has never been measured."""
    today = in_acme.today()
    csm = make_membership(make_user(email="ola@acme.example"), role=Role.CSM)
    make_customer(
        name="Ann",
        tier="gold",
        stage="established",
        csm=csm,
        attributes={"seats": 12, "country": "NO", "beta": True, "a.b": "x"},
        standing={
            "mrr_cents": 50_000,
            "health_score": 80,
            "health_band": "green",
            "last_seen_on": today,
            "renewal_on": today + timedelta(days=30),
            "last_contact_at": datetime.combine(
                today - timedelta(days=3), datetime.min.time(), ZoneInfo("Europe/Warsaw")
            ),
        },
    )
    make_customer(
        name="Bob",
        stage="leaving",
        signed_up_on=today - timedelta(days=400),
        attributes={"seats": "12", "country": "no"},
        standing={
            "mrr_cents": 4_999,
            "health_score": 20,
            "health_band": "red",
            "last_seen_on": today - timedelta(days=20),
            "renewal_on": today - timedelta(days=1),
        },
    )
    make_customer(name="Cid", stage="trial", attributes={"seats": None})


CASES: list[tuple[str, str, Any, str]] = [
    ("stage", "eq", "leaving", "Bob"),
    ("stage", "ne", "leaving", "Ann Cid"),
    ("stage", "in", ["trial", "leaving"], "Bob Cid"),
    ("stage", "not_in", ["trial", "leaving"], "Ann"),
    ("tier", "is_set", None, "Ann"),
    ("tier", "is_empty", None, "Bob Cid"),
    ("name", "contains", "N", "Ann"),
    ("name", "starts_with", "b", "Bob"),
    ("csm", "eq", "ola@acme.example", "Ann"),
    ("csm", "is_empty", None, "Bob Cid"),
    ("mrr", "gte", "500.00", "Ann"),
    ("mrr", "lt", 49.99, "Cid"),
    ("mrr", "lte", 49.99, "Bob Cid"),
    ("health_score", "lt", 50, "Bob"),
    ("health_score", "ne", 20, "Ann Cid"),
    ("health_score", "is_empty", None, "Cid"),
    ("band", "eq", "unknown", "Cid"),
    ("renewal_in_days", "lte", 30, "Ann Bob"),
    ("renewal_in_days", "gte", 0, "Ann"),
    ("renewal_in_days", "eq", -1, "Bob"),
    ("last_seen_days", "gte", 14, "Bob"),
    ("last_seen_days", "lt", 14, "Ann"),
    ("last_seen_days", "eq", 20, "Bob"),
    ("last_contact_days", "eq", 3, "Ann"),
    ("last_contact_days", "gt", 3, ""),
    ("last_contact_days", "lte", 3, "Ann"),
    ("last_contact_days", "lt", 3, ""),
    ("age_days", "gt", 365, "Bob"),
    ("signed_up_on", "is_set", None, "Bob"),
    ("attributes.seats", "gt", 11, "Ann"),
    ("attributes.seats", "eq", 12, "Ann"),
    ("attributes.seats", "eq", "12", "Ann Bob"),
    ("attributes.seats", "ne", 12, "Bob Cid"),
    ("attributes.seats", "is_empty", None, "Cid"),
    ("attributes.country", "in", ["NO", "SE"], "Ann"),
    ("attributes.country", "contains", "n", "Ann Bob"),
    ("attributes.beta", "eq", True, "Ann"),
    ("attributes.a.b", "eq", "x", "Ann"),
    ("attributes.missing", "is_set", None, ""),
    ("is_test", "eq", False, "Ann Bob Cid"),
]


@pytest.mark.parametrize(("field", "op", "value", "names"), CASES)
def test_condition(people: None, field: str, op: str, value: Any, names: str) -> None:
    rule = {"field": field, "op": op} | ({} if value is None else {"value": value})
    assert who(rule) == set(names.split())
    assert who({"not": rule}) == {"Ann", "Bob", "Cid"} - set(names.split())


def test_rules_combine(people: None) -> None:
    paying = {"field": "mrr", "op": ">", "value": 0}
    lost = {
        "any": [{"field": "band", "op": "eq", "value": "red"}, {"field": "last_seen_days", "op": ">=", "value": 14}]
    }
    assert who({"all": [paying, lost]}) == {"Bob"}
    assert who({"all": [paying, {"not": lost}]}) == {"Ann"}
    assert Customer.objects.filter(compiled_rule({})).count() == 3


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (None, ""),
        ([], ""),
        ({"all": []}, "/all"),
        ({"all": [{"field": "mrr"}]}, "/all/0"),
        ({"all": [{"field": "salary", "op": "eq", "value": 1}]}, "/all/0/field"),
        ({"any": [{"field": "mrr", "op": "contains", "value": 1}]}, "/any/0/op"),
        ({"not": {"field": "stage", "op": "eq", "value": "happy"}}, "/not/value"),
        ({"field": "stage", "op": "in", "value": []}, "/value"),
        ({"field": "stage", "op": "eq"}, "/value"),
        ({"field": ["x"], "op": "eq", "value": 1}, "/field"),
        ({"field": "mrr", "op": {"x": 1}, "value": 1}, "/op"),
        ({"field": "renewal_in_days", "op": "eq", "value": 10**12}, "/value"),
        ({"field": "attributes.x", "op": "gt", "value": "ten"}, "/value"),
        ({"field": "name", "op": "eq", "value": "a\x00"}, "/value"),
        ({"all": [], "any": []}, ""),
        ({"field": "mrr", "op": "eq", "value": 1, "sql": "1=1"}, ""),
    ],
)
def test_wrong_rule_points_at_the_fault(rule: Any, pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_rule(rule)
    assert pointer in [error.pointer for error in caught.value.errors]


def test_deep_and_long_rules_are_refused() -> None:
    leaf: dict[str, Any] = {"field": "mrr", "op": "gt", "value": 0}
    deep = leaf
    for _ in range(7):
        deep = {"not": deep}
    for rule in (deep, {"all": [leaf] * 61}, {"any": [{"all": [leaf] * 40}] * 2}):
        with pytest.raises(Invalid):
            checked_rule(rule)


def test_rule_that_no_longer_fits_matches_nobody(people: None) -> None:
    assert not Customer.objects.filter(compiled_rule({"field": "gone", "op": "eq", "value": 1})).exists()


def test_segment_as_sql_subquery(acme: Tenant, globex: Tenant) -> None:
    rule = {
        "all": [{"field": "name", "op": "contains", "value": "o'b%"}, {"field": "attributes.k%s", "op": "is_empty"}]
    }
    with tenant_scope(globex):
        make_customer(name="O'B% strange")
    with tenant_scope(acme):
        made = make_customer(name="O'B% ours")
        sql, parameters = segment_sql(Segment(name="any", rule=checked_rule(rule)))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM accounts_customer WHERE id IN ({sql})", parameters)
            assert cursor.fetchone() == (1,)
        assert Segment(rule=rule).customers().get() == made


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2))
fields = st.sampled_from(["stage", "mrr", "last_seen_days", "attributes.x", "name", "is_test", "renewal_on", "nothing"])
ops = st.sampled_from(["eq", "ne", "in", "gt", "lte", "contains", "is_set", "is_empty", "like"])
leaves = st.fixed_dictionaries({"field": fields, "op": ops}, optional={"value": values})
rules = st.recursive(
    leaves | values,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)


@given(rule=rules)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rule_is_refused_or_runs(in_acme: Tenant, rule: Any) -> None:
    try:
        normal = checked_rule(rule)
    except Invalid:
        return
    assert checked_rule(normal) == normal
    list(Customer.objects.filter(compiled_rule(normal)))
