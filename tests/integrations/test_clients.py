"""The clients that people use, unchanged, against a running server: every event counts once, however often it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Contact, Customer, Tenant
from accounts.tenancy.scope import tenant_scope
from health.usage import reader
from integrations.models import DeadLetter
from tests.factories.events import make_write_key, settle

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = Path(__file__).parent / "clients"


def run_client(*command: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, "PATH": path})
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        customers = Customer.objects.order_by("external_id")
        found = [
            reader.daily(each.pk, date(2026, 11, 1), date(2026, 12, 1), event="Report Exported") for each in customers
        ]
        return [sum(day.count for day in days) for days in found]


def assert_all_arrived(tenant: Tenant, errors: str) -> None:
    settle(tenant)
    assert errors == "0"
    assert counts(tenant) == [50, 50, 50]
    with tenant_scope(tenant):
        assert list(DeadLetter.objects.all()) == []
        contact = Contact.objects.get(external_id="u1")
        assert (contact.email, contact.name) == ("ola@acme.example", "Ola")
        assert contact.customer is not None


@pytest.mark.parametrize("packed", ["gzip", "plain"])
@pytest.mark.parametrize("client", ["segment_python.py", "rudder_python.py"])
def test_python_client(acme: Tenant, live_server: Any, client: str, packed: str) -> None:
    key = make_write_key(acme)
    errors = run_client(sys.executable, str(CLIENTS / client), live_server.url, key, packed)
    assert_all_arrived(acme, errors)


def test_node_client(acme: Tenant, live_server: Any) -> None:
    key = make_write_key(acme)
    errors = run_client("node", str(CLIENTS / "segment_node.cjs"), live_server.url, key)
    assert_all_arrived(acme, errors)
