"""Who a user is: aliases make several names one person, and group calls say which customer a person belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from accounts.models import Contact
from accounts.tenancy.scope import current_tenant
from health.usage.attribution import History, Sighting, changed
from health.usage.rollups import Span


class Move(msgspec.Struct, frozen=True):
    """Events that this user sent without naming a customer count for the customer of the stay."""

    ref: str
    start: datetime
    end: datetime
    customer: UUID


def persons(refs: Iterable[str]) -> dict[str, str]:
    """The names among these that stand for somebody else."""
    return dict(_rows("SELECT previous_ref, user_ref FROM health_alias WHERE previous_ref = ANY(%s)", [list(refs)]))


def link(previous: str, user: str) -> str | None:
    """Both names are one person from now on; returns that person, or None if there was nothing to do.

    A name that already stands for somebody keeps doing so: a device that two people share does not make them one.
    """
    known = persons([previous, user])
    target = known.get(user, user)
    if previous in known or previous == target:
        return None
    _run("UPDATE health_alias SET user_ref = %s WHERE user_ref = %s", [target, previous])
    _run("INSERT INTO health_alias (previous_ref, user_ref) VALUES (%s, %s)", [previous, target])
    _run(
        """
        WITH gone AS (DELETE FROM health_membership WHERE user_ref = %s RETURNING *)
        INSERT INTO health_membership AS m (user_ref, day, customer_id, first_at, last_at)
        SELECT %s, day, customer_id, first_at, last_at FROM gone
        ON CONFLICT (tenant_id, user_ref, day, customer_id) DO UPDATE SET
            first_at = least(m.first_at, excluded.first_at), last_at = greatest(m.last_at, excluded.last_at)
        """,
        [previous, target],
    )
    return target


def names_of(people: Iterable[str]) -> dict[str, set[str]]:
    """Every name under which these persons send events."""
    names = {person: {person} for person in people}
    for previous, person in _rows(
        "SELECT previous_ref, user_ref FROM health_alias WHERE user_ref = ANY(%s)", [list(names)]
    ):
        names[person].add(previous)
    return names


def histories(people: Iterable[str]) -> dict[str, History]:
    found: dict[str, History] = defaultdict(History)
    rows = _rows(
        "SELECT user_ref, customer_id, first_at, last_at FROM health_membership WHERE user_ref = ANY(%s)",
        [list(people)],
    )
    for person, customer, first_at, last_at in rows:
        found[person].sightings |= {Sighting(first_at, customer), Sighting(last_at, customer)}
    return found


def homes(people: Iterable[str]) -> dict[str, UUID]:
    """The customer at which each person was seen last."""
    return {who: max(history.sightings).customer for who, history in histories(people).items()}


class _Sighted(msgspec.Struct, frozen=True):
    person: str
    day: date
    customer: UUID
    at: datetime


def remember(sightings: Iterable[tuple[str, Sighting]]) -> None:
    """Keep the first and the last sighting of each person, customer and day."""
    rows = [_Sighted(who, each.at.astimezone(UTC).date(), each.customer, each.at) for who, each in sightings]
    _run(
        """
        INSERT INTO health_membership AS m (user_ref, day, customer_id, first_at, last_at)
        SELECT person, day, customer, min("at"), max("at")
        FROM jsonb_to_recordset(%s::jsonb) AS s(person text, day date, customer uuid, "at" timestamptz)
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (tenant_id, user_ref, day, customer_id) DO UPDATE SET
            first_at = least(m.first_at, excluded.first_at), last_at = greatest(m.last_at, excluded.last_at)
        """,
        [msgspec.json.encode(rows).decode()],
    )


def customers_of_contacts(users: Iterable[str]) -> dict[str, UUID]:
    """What the address book says, for users that no group call ever placed."""
    contacts = Contact.objects.filter(external_id__in=list(users)).exclude(customer=None)
    rows = contacts.values_list("external_id", "customer_id")
    return {user: customer for user, customer in rows if user and customer}


def moves(before: dict[str, History], after: dict[str, History]) -> list[Move]:
    """What has to be attributed anew now that these histories are known better."""
    stays = {who: list(changed(before[who].stays(), after[who].stays())) for who in after}
    names = names_of([who for who, found in stays.items() if found])
    return [
        Move(name, stay.start, stay.end, stay.customer)
        for who in names
        for name in sorted(names[who])
        for stay in stays[who]
    ]


def all_moves(people: Iterable[str]) -> list[Move]:
    """The whole history of these persons, for all their names."""
    known = histories(people)
    names = names_of(known)
    return [Move(name, s.start, s.end, s.customer) for who in known for name in names[who] for s in known[who].stays()]


def reattribute(wanted: list[Move], *, only_unattributed: bool = False) -> list[Span]:
    """Move events to the customer they belong to; returns the days whose rollups no longer hold."""
    if not wanted:
        return []
    rows = _rows(
        """
        WITH moved AS (
            UPDATE health_event e SET customer_id = s.customer
            FROM jsonb_to_recordset(%(moves)s::jsonb)
                AS s(ref text, start timestamptz, "end" timestamptz, customer uuid)
            WHERE e.user_ref = s.ref AND NOT e.names_customer
              AND e.occurred_at >= s.start AND e.occurred_at < s."end"
              AND e.customer_id IS DISTINCT FROM s.customer
              AND (e.customer_id IS NULL OR NOT %(gently)s)
              AND EXISTS (SELECT 1 FROM accounts_customer c WHERE c.id = s.customer)
            RETURNING old.customer_id AS source, new.customer_id AS target,
                      (e.occurred_at AT TIME ZONE %(zone)s)::date AS day, e.kind
        )
        SELECT DISTINCT customer, day
        FROM moved CROSS JOIN LATERAL (VALUES (source), (target)) AS v(customer)
        WHERE customer IS NOT NULL AND kind IN ('track', 'page', 'screen')
        """,
        {
            "moves": msgspec.json.encode(wanted).decode(),
            "zone": current_tenant().timezone,
            "gently": only_unattributed,
        },
    )
    return [Span(customer, day, day) for customer, day in rows]


def days_of(person: str) -> list[Span]:
    """The days on which this person counts in rollups, as far as raw events reach back."""
    rows = _rows(
        """
        SELECT p.customer_id, greatest(p.first_seen_on, (e.first_at AT TIME ZONE %s)::date), p.last_seen_on
        FROM health_user p CROSS JOIN LATERAL (
            SELECT min(occurred_at) AS first_at FROM health_event e WHERE e.customer_id = p.customer_id) e
        WHERE p.user_ref = %s AND e.first_at IS NOT NULL
        """,
        [current_tenant().timezone, person],
    )
    return [Span(*row) for row in rows if row[1] <= row[2]]


def _rows(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _run(sql: str, params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
