"""Posts of 500 events, against a raw COPY of the same rows, in the same batches, into a bare table."""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg2
from django.db import connection
from django.test import RequestFactory

from accounts.models import Customer, CustomerStanding, Tenant
from accounts.services.api_keys import create_api_key
from accounts.services.sweeping import run_sweep
from accounts.tenancy.scope import tenant_scope
from config.bench.cpu import Meter, Spent
from config.bench.lines import Line, at_least, at_most
from integrations.views.ingest import ingest

BATCH = 500
BATCHES = 20
ROUNDS = 5
CUSTOMERS = 200
USERS = 8
EVENTS = ("Report Exported", "Dashboard Opened", "Record Saved", "Comment Added", "File Uploaded", "Logged In")
BARE = """
CREATE TABLE bench_bare (tenant_id bigint, occurred_at timestamptz, message_id text, kind text, event text,
    user_ref text, customer_id uuid, names_customer boolean, properties jsonb, client_at timestamptz,
    received_at timestamptz)
"""


def run() -> Iterator[Line]:
    tenant, key, customers = _tenant()
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    owner.autocommit = True
    cursor = owner.cursor()
    try:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(BARE)
        rounds = [_round(tenant, key, customers, cursor, number) for number in range(ROUNDS + 1)][1:]
    finally:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        owner.close()
        _forget(tenant)
    yield from _lines(rounds)


def _lines(rounds: list[tuple[Spent, Spent, Spent]]) -> Iterator[Line]:
    """Medians of the rounds' ratios."""
    size = BATCH * BATCHES
    copy, accept, store = (_median([each[place] for each in rounds]) for place in range(3))
    both = Spent(accept.wall + store.wall, accept.client + store.client, accept.server + store.server)
    text = (
        f"COPY {_us(copy.wall, size)} us/event (CPU {_us(copy.cpu, size)}); answered {_us(accept.wall, size)}"
        f" (CPU {_us(accept.cpu, size)}); stored and rolled up {_us(both.wall, size)} (CPU client"
        f" {_us(both.client, size)} + server {_us(both.server, size)})"
    )
    yield at_least("ingest.rate", copy.wall / accept.wall, 0.30, f"posts answered against COPY; {text}")
    yield at_most("ingest.cpu", both.cpu / copy.cpu, 6, f"answer, storing, rollups; {text}")


def _us(seconds: float, events: int) -> str:
    return f"{seconds / events * 1e6:.1f}"


def _median(spent: list[Spent]) -> Spent:
    return Spent(*(median(getattr(each, name) for each in spent) for name in ("wall", "client", "server")))


def _round(tenant: Tenant, key: str, customers: list[UUID], owner: Any, number: int) -> tuple[Spent, Spent, Spent]:
    posts = [_events(number * BATCHES + batch) for batch in range(BATCHES)]
    rows = [io.StringIO("".join(_copy_row(tenant, customers, event) for event in post)) for post in posts]
    bodies = [json.dumps({"batch": post, "sentAt": datetime.now(UTC).isoformat()}).encode() for post in posts]
    copied = Meter([owner.connection.info.backend_pid])
    with copied:
        for batch in rows:
            owner.copy_expert("COPY bench_bare FROM STDIN", batch)
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    accepted, stored = Meter([backend]), Meter([backend])
    requests = [
        RequestFactory().post("/v1/batch", body, "application/json", headers={"Authorization": f"Bearer {key}"})
        for body in bodies
    ]
    with accepted:
        answers = [ingest(request, "batch").status_code for request in requests]
    assert answers == [200] * BATCHES
    with stored:
        run_sweep(tenant, "events.inbox")
    run_sweep(tenant, "usage.refresh")
    return copied.spent, accepted.spent, stored.spent


def _events(seed: int) -> list[dict[str, Any]]:
    """What servers send within a moment: some customers, a handful of their users, few kinds of events."""
    rng = random.Random(seed)  # noqa: S311
    now = datetime.now(UTC)
    return [
        {
            "type": "track",
            "messageId": str(uuid4()),
            "userId": f"c{customer}-u{rng.randrange(USERS)}",
            "event": rng.choice(EVENTS),
            "properties": {
                "rows": rng.randrange(1000),
                "format": "csv",
                "source": "web",
                "project": f"p{rng.randrange(50)}",
            },
            "timestamp": (now - timedelta(seconds=rng.randrange(60))).isoformat(),
            "context": {"groupId": f"bench-{customer}", "library": {"name": "analytics-python", "version": "2.4.0"}},
            "integrations": {},
            "anonymousId": None,
        }
        for customer in (rng.randrange(CUSTOMERS) for _ in range(BATCH))
    ]


def _copy_row(tenant: Tenant, customers: list[UUID], event: dict[str, Any]) -> str:
    customer = customers[int(event["context"]["groupId"].removeprefix("bench-"))]
    at = event["timestamp"]
    fields = [tenant.pk, at, event["messageId"], "track", event["event"], event["userId"], customer, "t"]
    return "\t".join(map(str, [*fields, json.dumps(event["properties"]), at, at])) + "\n"


def _tenant() -> tuple[Tenant, str, list[UUID]]:
    tenant = Tenant.objects.create(slug=f"bench-{uuid4().hex[:8]}", name="Bench", is_demo=True)
    with tenant_scope(tenant):
        rows = [Customer(external_id=f"bench-{number}", name=f"Bench {number}") for number in range(CUSTOMERS)]
        Customer.objects.bulk_create(rows)
        ids = dict(Customer.objects.values_list("external_id", "pk"))
        CustomerStanding.objects.bulk_create([CustomerStanding(customer_id=pk) for pk in ids.values()])
        _, key = create_api_key(name="bench", scopes=[], is_write_key=True)
    return tenant, key, [ids[f"bench-{number}"] for number in range(CUSTOMERS)]


def _forget(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        Customer.objects.all().delete()
