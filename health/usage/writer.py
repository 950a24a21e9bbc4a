"""The one writer of usage events. Call inside the tenant's scope; writers of one tenant wait for each other.

`unseen` first, then whatever the new events say of customers and contacts, then `store`; all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection, transaction

from accounts.tenancy.scope import current_tenant
from health.usage import event_types, partitions, people
from health.usage.alone import write_alone
from health.usage.attribution import History, Sighting, customer_at
from health.usage.events import UsageEvent, message_key
from health.usage.rollups import ADD, Span, rebuild

# The tenant's id is given, though the columns have it as their default: evaluating that costs more than a microsecond a row.
_STORE = f"""
WITH batch AS MATERIALIZED (
    SELECT m AS message_id, o AS occurred_at, coalesce(k, 'track') AS kind, e AS event, u AS user_ref, coalesce(n, u) AS person,
           c AS customer_id, coalesce(g, true) AS names_customer, coalesce(p, '{{}}') AS properties,
           coalesce(t, o) AS client_at, coalesce(r, %(received_at)s) AS received_at,
           coalesce(k, 'track') IN ('track', 'page', 'screen') AS counts
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x(
        m text, o timestamptz, k text, e text, u text, n text, c uuid, g boolean, p jsonb, t timestamptz, r timestamptz)
),
stored AS (
    INSERT INTO health_event (tenant_id, message_id, occurred_at, kind, event, user_ref, customer_id, names_customer,
                              properties, client_at, received_at)
    SELECT %(tenant)s, message_id, occurred_at, kind, event, user_ref, customer_id, names_customer, properties, client_at, received_at
    FROM batch
),
{ADD},
telemetry AS (
    INSERT INTO health_telemetry_day AS d (day, count, last_received_at)
    SELECT (occurred_at AT TIME ZONE %(zone)s)::date, count(*), max(received_at) FROM batch WHERE counts
    GROUP BY 1 ORDER BY 1
    ON CONFLICT (tenant_id, day) DO UPDATE SET count = d.count + excluded.count,
        last_received_at = greatest(d.last_received_at, excluded.last_received_at)
)
SELECT 1
"""


_REMEMBER = """
INSERT INTO health_message (tenant_id, message_key) SELECT %s, key FROM unnest(%s::uuid[]) AS key ORDER BY key
ON CONFLICT (tenant_id, message_key) DO NOTHING
"""


class _Row(msgspec.Struct, omit_defaults=True, gc=False):
    """One event on its way into Postgres; names are short and usual values left out, since all of it is parsed again."""

    m: str
    o: datetime
    e: str
    r: datetime | None = None
    k: str = "track"
    u: str | None = None
    n: str | None = None
    c: UUID | None = None
    g: bool = True
    p: msgspec.Raw | None = None
    t: datetime | None = None


def unseen(events: Iterable[UsageEvent]) -> list[UsageEvent]:
    """Those whose message id this tenant never sent before, whatever its timestamp; from now on they are seen."""
    write_alone()
    first: dict[str, UsageEvent] = {}
    for event in events:
        first.setdefault(message_key(event.message_id), event)
    known = _remember(list(first))
    return [event for key, event in first.items() if key not in known]


def _remember(keys: list[str]) -> set[str]:
    """The keys that were known before. Nearly always none is, and one statement says so by the number of its rows."""
    sure = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [current_tenant().pk, keys])
        if cursor.rowcount == len(keys):
            transaction.savepoint_commit(sure)
            return set()
        transaction.savepoint_rollback(sure)
        cursor.execute("SELECT message_key FROM health_message WHERE message_key = ANY(%s::uuid[])", [keys])
        known = {key.hex for (key,) in cursor.fetchall()}
        cursor.execute(_REMEMBER, [current_tenant().pk, [key for key in keys if key not in known]])
    return known


def store(events: list[UsageEvent], customers: Mapping[str, UUID]) -> set[UUID]:
    """Attribute, write and roll up events that `unseen` let through; returns the customers whose usage changed.

    `customers` maps the external ids that events name to customers.
    """
    if not events:
        return set()
    tenant = current_tenant()
    stale = _merge_people(events)
    _name_customers(events, customers)
    moves = _place_people(events)
    alive = _lock({event.customer for event in events if event.customer})
    for event in events:
        event.customer = event.customer if event.customer in alive else None
    event_types.register(event.event for event in events if event.counts)
    partitions.make_for(event.occurred_at.date() for event in events)
    with connection.cursor() as cursor:
        received_at = events[0].received_at
        rows = _encode(events, received_at)
        cursor.execute(_STORE, {"rows": rows, "received_at": received_at, "zone": tenant.timezone, "tenant": tenant.pk})
    stale += people.reattribute(moves)
    rebuild(stale)
    return {event.customer for event in events if event.customer and event.counts} | {s.customer_id for s in stale}


def _merge_people(events: list[UsageEvent]) -> list[Span]:
    """Aliases that the events bring, then everybody's name."""
    stale: list[Span] = []
    for event in events:
        for previous in event.previous:
            person = people.link(previous, event.user) if event.user else None
            if person:
                stale += people.days_of(previous) + people.reattribute(people.all_moves([person]))
    known = people.persons({event.user for event in events if event.user})
    for event in events:
        event.person = known.get(event.user, event.user) if event.user else None
    return stale


def _name_customers(events: list[UsageEvent], customers: Mapping[str, UUID]) -> None:
    for event in events:
        event.customer = customers.get(event.group) if event.group else None


def _place_people(events: list[UsageEvent]) -> list[people.Move]:
    """Give events that name no customer the one of their user; returns what earlier events need moved."""
    sightings = [
        (event.person, Sighting(event.occurred_at, event.customer))
        for event in events
        if event.places_user and event.person and event.customer
    ]
    homeless = [event for event in events if not event.group and event.person]
    wanted = {who for who, _ in sightings} | {event.person for event in homeless if event.person}
    if not wanted:
        return []
    before = people.histories(wanted)
    after: dict[str, History] = {}
    for who, sighting in sightings:
        after[who] = after.get(who, before[who]).with_sightings([sighting])
    if sightings:
        people.remember(sightings)
    _settle(homeless, {who: after.get(who, before[who]) for who in wanted})
    return people.moves(before, after)


def _settle(homeless: list[UsageEvent], histories: dict[str, History]) -> None:
    stays = {who: history.stays() for who, history in histories.items()}
    strangers = {event.person for event in homeless if event.person and not stays[event.person]}
    listed = people.customers_of_contacts(strangers) if strangers else {}
    for event in homeless:
        who = event.person or ""
        event.customer = customer_at(stays[who], event.occurred_at) or listed.get(who)


def _lock(customers: set[UUID]) -> set[UUID]:
    """Those that exist; they cannot be deleted before this transaction ends."""
    if not customers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM accounts_customer WHERE id = ANY(%s::uuid[]) ORDER BY id FOR KEY SHARE",
            [[str(customer) for customer in sorted(customers)]],
        )
        return {row[0] for row in cursor.fetchall()}


def _encode(events: list[UsageEvent], usual: datetime) -> str:
    rows = [
        _Row(
            m=event.message_id,
            o=event.occurred_at,
            r=event.received_at if event.received_at != usual else None,
            k=event.kind,
            e=event.event,
            u=event.user,
            n=event.person if event.person != event.user else None,
            c=event.customer,
            g=event.group is not None,
            p=event.properties,
            t=event.client_at if event.client_at != event.occurred_at else None,
        )
        for event in events
    ]
    return msgspec.json.encode(rows).decode()
