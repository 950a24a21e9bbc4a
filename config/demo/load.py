"""The simulated market into a tenant: the facts, then what the product makes of them itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection

from accounts.jobs import enqueue
from accounts.models import (
    Contact,
    Customer,
    CustomerStanding,
    FxRate,
    Membership,
    Role,
    Subscription,
    SubscriptionChange,
    Tenant,
    User,
)
from accounts.rest.statements import new_ids
from config.demo import facts, names
from config.demo.facts import Calendar, external_id
from config.demo.simulate import History
from config.demo.world import WEEKS
from engagement.models import Activity, Task

BATCH = 2000
CSMS = 5
TALK_WEEKS = {"SMB": 14, "Mid-market": 7, "Enterprise": 3}

OPENINGS = (
    "Went through last month's figures together.",
    "They are happy with the reports; exports are slow in the morning.",
    "Asked how to bring in the second team.",
    "New administrator; walked through roles and permissions.",
    "Wants to automate the weekly report.",
    "Budget round in spring, expects a proposal by then.",
    "Compared plans; no change for now.",
    "Champion is on leave until next month.",
)


def load_team(password: str, domain: str) -> list[Membership]:
    """An admin, five CSMs, a support agent and a viewer, all with the same password."""
    roles = [Role.ADMIN, *[Role.CSM] * CSMS, Role.SUPPORT, Role.VIEWER]
    return [_member(number, role, password, domain) for number, role in enumerate(roles)]


def _member(number: int, role: str, password: str, domain: str) -> Membership:
    name = names.person(10_000 + number * 3)
    email = f"{'csm' + str(number) if role == Role.CSM else role}@{domain}"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, password, name=name)
    member, _made = Membership.objects.get_or_create(user=user, defaults={"role": role})
    return member


def load_customers(h: History, calendar: Calendar, csms: Sequence[Membership]) -> list[Any]:
    """Customers, their contacts and empty standings; returns the ids in the order of the simulation."""
    ids = new_ids(len(h.traits.start))
    _save(
        Customer,
        (Customer(id=pk, **facts.customer(h, i, calendar), csm=csms[i % len(csms)]) for i, pk in enumerate(ids)),
    )
    _save(CustomerStanding, (CustomerStanding(customer_id=pk) for pk in ids))
    _save(Contact, (_contact(person, pk) for i, pk in enumerate(ids) for person in facts.people(h, i)))
    return ids


def _contact(person: dict[str, Any], customer: Any) -> Contact:
    return Contact(**{**person, "customer": None, "customer_id": customer})


def load_revenue(h: History, calendar: Calendar, ids: list[Any], seed: int) -> None:
    """Rates, subscriptions and their changes."""
    _save(FxRate, (FxRate(**rate) for rate in facts.rates(calendar, seed)))
    rows = [_keyed(row, "customer", ids[i]) for i in range(len(ids)) for row in facts.subscriptions(h, i, calendar)]
    made = dict(zip((row["external_id"] for row in rows), new_ids(len(rows)), strict=True))
    _save(Subscription, (Subscription(id=made[row["external_id"]], **row) for row in rows))
    found = (change for i in range(len(ids)) for change in facts.changes(h, i, calendar))
    known = (change for change in found if change["subscription"] in made)
    _save(
        SubscriptionChange,
        (SubscriptionChange(**_keyed(change, "subscription", made[change["subscription"]])) for change in known),
    )
    enqueue("churn.rebuild", key="demo")


def _keyed(row: dict[str, Any], name: str, pk: Any) -> dict[str, Any]:
    return {**{key: value for key, value in row.items() if key != name}, f"{name}_id": pk}


def load_talks(h: History, calendar: Calendar, ids: list[Any], csms: Sequence[Membership], seed: int) -> None:
    """Calls and meetings as often as the tier asks, less often where nobody had time."""
    rng = np.random.default_rng(seed + 3)
    people = {member.pk: str(member.user) for member in csms}
    _save(Activity, (_talk(*talk, csms, people) for talk in _talks(rng, h, calendar, ids)))
    with connection.cursor() as cursor:
        cursor.execute(LAST_TALK)


LAST_TALK = """
UPDATE accounts_customerstanding s SET last_contact_at = talk.at
FROM (
    SELECT customer_id, max(occurred_at) AS at FROM engagement_activity
    WHERE kind IN ('call', 'meeting') GROUP BY customer_id
) talk
WHERE s.customer_id = talk.customer_id
"""


def _talks(
    rng: np.random.Generator, h: History, calendar: Calendar, ids: list[Any]
) -> Iterator[tuple[int, Any, datetime, str, str]]:
    for i, pk in enumerate(ids):
        tier = facts.customer(h, i, calendar)["tier"]
        end = min(WEEKS, int(h.left[i]))
        week = max(int(h.traits.start[i]), WEEKS - 60) + int(rng.integers(0, 4))
        while week < end:
            at = datetime.combine(calendar.day(week, int(rng.integers(0, 5))), datetime.min.time(), tzinfo=UTC)
            kind = "meeting" if rng.random() < 0.3 else "call"
            yield i, pk, at + timedelta(hours=int(rng.integers(8, 16))), kind, OPENINGS[int(rng.integers(0, 8))]
            week += max(1, int(rng.exponential(TALK_WEEKS[tier])))


def _talk(
    i: int, pk: Any, at: datetime, kind: str, body: str, csms: Sequence[Membership], people: dict[Any, str]
) -> Activity:
    csm = csms[i % len(csms)]
    return Activity(
        external_id=f"{external_id(i)}-{at:%Y%m%d%H}",
        customer_id=pk,
        kind=kind,
        occurred_at=at,
        body=body,
        author=csm,
        actor=people[csm.pk],
    )


TASKS = (
    ("Send the summary of the review", -2),
    ("Answer the question about single sign-on", 0),
    ("Prepare the business review", 3),
    ("Ask for a reference", 6),
)


def load_tasks(h: History, tenant: Tenant, ids: list[Any], csms: Sequence[Membership]) -> None:
    """A few tasks for each CSM, some of them late."""
    day = tenant.today()
    here = [i for i in range(len(ids)) if facts.present(h, i)]
    _save(
        Task,
        (
            Task(
                customer_id=ids[here[(number * 17 + 5 * position) % len(here)]],
                owner=csm,
                title=title,
                due_on=day + timedelta(days=due),
            )
            for number, csm in enumerate(csms)
            for position, (title, due) in enumerate(TASKS)
        ),
    )


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _save(model: Any, rows: Iterator[Any]) -> None:
    for batch in _batches(rows):
        model.objects.bulk_create(batch)
