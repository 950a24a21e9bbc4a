"""Workers are killed, the broker forgets, sessions are cut: no mail is lost and none comes twice.

Everything is real: two pumps, a Celery worker, Postgres, Valkey and an SMTP server whose log can be asked. The suite
runs a small size; CHAOS_MAILS=1200 CHAOS_KILLS=40 CHAOS_FLUSHES=8 CHAOS_CUTS=8 CHAOS_RESTARTS=3 is the full one; with
CHAOS_CRASH=1, on servers that write durably, Postgres is killed instead of restarted.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connections

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.channels.email import message_id_of
from engagement.models import Message
from tests.factories.accounts import make_contact
from tests.mail.server import MailServer

MAILS = int(os.environ.get("CHAOS_MAILS", 120))
KILLS = int(os.environ.get("CHAOS_KILLS", 3))
FLUSHES = int(os.environ.get("CHAOS_FLUSHES", 1))
CUTS = int(os.environ.get("CHAOS_CUTS", 1))
RESTARTS = int(os.environ.get("CHAOS_RESTARTS", 0))
SECONDS = float(os.environ.get("CHAOS_SECONDS", 90 if KILLS <= 5 else 1500))
ROOT = Path(__file__).resolve().parents[2]


class SlowServer(MailServer):
    """Takes a moment before it has a mail and another before it says so: time to be killed in."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(random.uniform(0.005, 0.03))
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(random.uniform(0.005, 0.03))
        return answer


@pytest.fixture
def sink() -> Iterator[SlowServer]:
    server = SlowServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def log_url(sink: SlowServer) -> Iterator[str]:
    class Log(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if f"<{unquote(self.path[1:])}>" in sink.ids else 404)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Log)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{{message_id}}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(sink: SlowServer, log_url: str) -> dict[str, str]:
    """The product's own settings, on the tests' database and a part of the broker of their own."""
    database = connections["default"].settings_dict["NAME"]
    urls = {name: _at(os.environ[name], f"/{database}") for name in ("DATABASE_URL", "DATABASE_DISPATCH_URL")}
    return {
        **os.environ,
        **urls,
        "REDIS_URL": _at(os.environ["REDIS_URL"], "/9"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": str(settings.SECRET_KEY),
        "PGAPPNAME": "chaos",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "EMAIL_STATUS_URL": log_url,
        "MAIL_LEASE_SECONDS": "4",
        "MAIL_SETTLE_SECONDS": "1",
        "PUMP_REPUBLISH_SECONDS": "4",
        "LOG_LEVEL": "ERROR",
    }


def _at(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


@contextmanager
def running(environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start(environment, *command)
    try:
        yield process
    finally:
        kill(process)


def start(environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    with Path(os.environ["PERENNIAL_LOCAL"], "chaos.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    """The whole group at once, as when a machine dies."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Chaos:
    """A worker that is killed again and again, with other mishaps on the way."""

    worker_command = ("-m", "celery", "-A", "config.celery", "worker", "-c", "3", "-l", "ERROR", "--without-mingle",
                      "--without-gossip", "--without-heartbeat")  # fmt: skip

    def __init__(self, environment: dict[str, str], sink: SlowServer) -> None:
        self.environment, self.sink = environment, sink
        self.random = random.Random(7)
        self.worker = start(environment, *self.worker_command)
        self.done: Counter[str] = Counter()

    def rage(self, until: float) -> None:
        mishaps = ["flush"] * FLUSHES + ["cut"] * CUTS + ["restart"] * RESTARTS
        mishaps += [""] * max(0, KILLS - len(mishaps))
        self.random.shuffle(mishaps)
        for mishap in mishaps[:KILLS]:
            self._wait_for_mails(self.random.randint(1, max(1, MAILS // (KILLS + 1))), until)
            kill(self.worker)
            self.done["kills"] += 1
            if mishap:
                getattr(self, mishap)()
                self.done[mishap] += 1
            self.worker = start(self.environment, *self.worker_command)

    def _wait_for_mails(self, count: int, until: float) -> None:
        wanted = min(len(self.sink.mails) + count, MAILS)
        patience = time.monotonic() + 45  # a busy machine starts a worker slowly
        while len(self.sink.mails) < wanted and time.monotonic() < min(until, patience):
            time.sleep(0.003)
        time.sleep(self.random.uniform(0, 0.05))

    def flush(self) -> None:
        redis.Redis.from_url(self.environment["REDIS_URL"]).flushdb()

    def cut(self) -> None:
        """End the sessions of pumps and workers under their feet."""
        for name in ("DATABASE_URL", "DATABASE_DISPATCH_URL"):
            with psycopg2.connect(self.environment[name]) as session, session.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user "
                    "AND application_name = 'chaos' AND pid <> pg_backend_pid()"
                )

    def restart(self) -> None:
        """Postgres goes down for everybody and is started again by its keeper."""
        pid = int(Path(os.environ["PERENNIAL_LOCAL"], "postgres", "postmaster.pid").read_text().split()[0])
        connections.close_all()
        os.kill(pid, signal.SIGKILL if "CHAOS_CRASH" in os.environ else signal.SIGINT)


def queue_mails(tenants: list[Tenant]) -> set[str]:
    """Half of them in each tenant, all due now; their Message-IDs."""
    ids: set[str] = set()
    for tenant in tenants:
        with tenant_scope(tenant):
            contact = make_contact()
            fields = {"contact": contact, "category": "product", "subject": "Hello", "body": "A word."}
            Message.objects.bulk_create(
                Message(dedupe_key=str(number), **fields) for number in range(MAILS // len(tenants))
            )
            ids |= {message_id_of(tenant.pk, pk) for pk in Message.objects.values_list("pk", flat=True)}
    return ids


def states(tenants: list[Tenant]) -> Counter[str]:
    found: Counter[str] = Counter()
    for tenant in tenants:
        with tenant_scope(tenant):
            found.update(Message.objects.values_list("state", flat=True))
    return found


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
def test_nothing_is_lost_and_nothing_comes_twice(
    acme: Tenant, globex: Tenant, sink: SlowServer, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, began = queue_mails([acme, globex]), time.monotonic()
    pump = ("manage.py", "pump", "--interval", "0.2")
    with running(environment, *pump), running(environment, *pump):
        chaos = Chaos(environment, sink)
        try:
            chaos.rage(began + SECONDS)
            while time.monotonic() < began + SECONDS and states([acme, globex])["sent"] < len(wanted):
                time.sleep(0.5)
        finally:
            kill(chaos.worker)
    ids, final = Counter(sink.ids), states([acme, globex])
    with tenant_scope(acme):
        attempts = Counter(Message.objects.values_list("attempts", flat=True))
    with capsys.disabled():
        sys.stdout.write(f"\n{len(wanted)} mails, {dict(chaos.done)}, {time.monotonic() - began:.0f} s: {sum(ids.values())} arrived, "
              f"{len(ids)} distinct, states {dict(final)}, attempts in one tenant {dict(attempts)}\n")  # fmt: skip
    assert chaos.done["kills"] == KILLS
    assert [message for message, count in ids.items() if count > 1] == []
    assert set(ids) == wanted
    assert final == {"sent": len(wanted)}
