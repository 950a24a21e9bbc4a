"""Any order and any repetition of the same events ends in the same rollups, which are the ones counted by hand."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from health.usage import history
from health.usage.attribution import History, Sighting, customer_at
from integrations.models import InboxPost
from tests.factories.accounts import make_tenant
from tests.factories.events import settle

pytestmark = pytest.mark.django_db
Rollups = dict[tuple[str, date, str], tuple[int, int]]

# The clocks went back in Warsaw in the night to 25 October 2026, and forward on 29 March.
STARTS = [datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 3, 28, 20, tzinfo=UTC)]
moments = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(STARTS), st.integers(0, 3000)
)
users = st.sampled_from(["u1", "u2", "u3"])
groups = st.sampled_from(["a", "b"])


@st.composite
def event_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    tracks = st.tuples(moments, users, st.sampled_from(["Opened", "Saved"]), st.none() | groups)
    calls = st.tuples(moments, users, groups)
    events = [
        {"type": "track", "userId": user, "event": name, "timestamp": at, "context": {"groupId": group}}
        for at, user, name, group in draw(st.lists(tracks, min_size=1, max_size=25))
    ]
    events += [
        {"type": "group", "userId": user, "groupId": group, "timestamp": at}
        for at, user, group in draw(st.lists(calls, max_size=6, unique_by=lambda call: call[:2]))
    ]
    return [{**event, "messageId": f"m{number}"} for number, event in enumerate(events)]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[list[dict[str, Any]]]]]:
    """A set of events, and two ways in which it may arrive: posts of several events, some of them twice."""
    events = draw(event_sets())
    ways = []
    for _ in range(2):
        order = draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=8))))
        cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=4)))
        ways.append([order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True) if a < b])
    return events, ways


def deliver(tenant: Tenant, posts: list[list[dict[str, Any]]]) -> None:
    for events in posts:
        body = json.dumps({"batch": events}, default=datetime.isoformat)
        with tenant_scope(tenant):
            InboxPost.objects.create(call="batch", body=body, size=len(body))
        settle(tenant)


def rollups(tenant: Tenant, table: str = "health_usage_day", column: str = "day") -> Rollups:
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.external_id, r.{column}, r.event, r.count, r.users FROM {table} r"
            " JOIN accounts_customer c ON c.id = r.customer_id"
        )
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in cursor.fetchall()}


def counted_by_hand(events: list[dict[str, Any]], zone: ZoneInfo, *, by_week: bool = False) -> Rollups:
    homes: dict[str, History] = defaultdict(History)
    for event in events:
        if event["type"] == "group":
            sighting = Sighting(event["timestamp"], event["groupId"])
            homes[event["userId"]] = homes[event["userId"]].with_sightings([sighting])
    counts: dict[Any, int] = defaultdict(int)
    people: dict[Any, set[str]] = defaultdict(set)
    for event in events:
        if event["type"] != "track":
            continue
        stays = homes[event["userId"]].stays()
        customer = event["context"]["groupId"] or customer_at(stays, event["timestamp"])
        day = event["timestamp"].astimezone(zone).date()
        day -= timedelta(days=day.weekday()) if by_week else timedelta(0)
        for name in (event["event"], "") if customer else ():
            counts[customer, day, name] += 1
            people[customer, day, name].add(event["userId"])
    return {key: (count, len(people[key])) for key, count in counts.items()}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(deliveries())
def test_any_order_and_any_repetition_gives_the_same_rollups(
    db: None, delivery: tuple[list[dict[str, Any]], list[list[list[dict[str, Any]]]]]
) -> None:
    events, ways = delivery
    zone = ZoneInfo("Europe/Warsaw")
    days, weeks = counted_by_hand(events, zone), counted_by_hand(events, zone, by_week=True)
    for posts in ways:
        tenant = make_tenant(timezone="Europe/Warsaw")
        deliver(tenant, posts)
        assert rollups(tenant) == days
        assert rollups(tenant, "health_usage_week", "week") == weeks
        with tenant_scope(tenant):
            history.rebuild_all()
        assert rollups(tenant) == days


def test_change_of_time_zone_moves_the_days(db: None) -> None:
    tenant = make_tenant(timezone="Europe/Warsaw")
    event = {"type": "track", "userId": "u", "event": "Opened", "messageId": "1", "context": {"groupId": "a"}}
    deliver(tenant, [[{**event, "timestamp": datetime(2026, 10, 24, 22, 30, tzinfo=UTC)}]])
    assert rollups(tenant) == {("a", date(2026, 10, 25), name): (1, 1) for name in ("", "Opened")}
    tenant.timezone = "America/New_York"
    with tenant_scope(tenant):
        tenant.save()
    with tenant_scope(tenant):
        history.rebuild_all()
    assert rollups(tenant) == {("a", date(2026, 10, 24), name): (1, 1) for name in ("", "Opened")}
