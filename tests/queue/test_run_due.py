from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from accounts.events import record_event, subscribe
from accounts.jobs import enqueue, job_handler
from accounts.models import Customer, DomainEvent, Job, Tenant
from accounts.services.jobs import run_job
from accounts.sweeps import sweep
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])


@subscribe("test.happened")
def reaction(event: DomainEvent) -> None:
    make_customer(name=event.payload["name"])


@job_handler("test.slow")
def slow(job: Job) -> None:
    time.sleep(1)
    make_customer(name="slow")


@sweep("test.archive", waiting="SELECT DISTINCT tenant_id FROM accounts_job WHERE kind = 'test.archive'")
def archive() -> int:
    jobs = Job.objects.filter(kind="test.archive").values("pk")[:2]
    return int(Job.objects.filter(pk__in=jobs).delete()[0])


def run_due(seconds: float = 20) -> dict[str, int]:
    out = StringIO()
    call_command("run_due", "--once", "--seconds", str(seconds), stdout=out)
    answer: dict[str, int] = json.loads(out.getvalue())
    return answer


def names(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(Customer.objects.values_list("name", flat=True))


def test_jobs_of_all_tenants_and_what_they_enqueue(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            enqueue("test.chain", key="start", payload={"left": 3})
    assert run_due()["jobs.done"] == 8
    assert run_due() == {}


def test_events_reach_their_own_tenant(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        record_event("test.happened", name="Rabbit")
    run_due()
    assert (names(acme), names(globex)) == ({"Rabbit"}, set())


def test_future_jobs_stay(acme: Tenant) -> None:
    with tenant_scope(acme):
        enqueue("test.add_customer", key="a", payload={"name": "Later"}, run_at=now() + timedelta(minutes=5))
    run_due()
    assert names(acme) == set()


def test_failing_job_does_not_hold_it_up(acme: Tenant) -> None:
    with tenant_scope(acme):
        enqueue("test.add_and_fail", key="a")
        enqueue("test.add_customer", key="a", payload={"name": "Rabbit"})
    assert run_due() == {"jobs.retry": 1, "jobs.done": 1}
    assert names(acme) == {"Rabbit"}


def test_sweeps_run_until_nothing_waits(acme: Tenant, globex: Tenant) -> None:
    for tenant, count in ((acme, 5), (globex, 1)):
        with tenant_scope(tenant):
            for number in range(count):
                Job.objects.create(kind="test.archive", key=str(number), run_at=now() + timedelta(days=1))
    assert run_due()["test.archive"] == 6


def test_waits_for_what_a_worker_is_doing(acme: Tenant) -> None:
    with tenant_scope(acme):
        job = enqueue("test.slow", key="a")

    def work() -> None:
        run_job(acme, job.pk)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.3)
    run_due()
    assert names(acme) == {"slow"}
    worker.join()


def test_says_what_is_left_when_the_time_is_up(acme: Tenant) -> None:
    with tenant_scope(acme):
        job = enqueue("test.slow", key="a")
        Job.objects.filter(pk=job.pk).update(state="claimed", lease_until=now() + timedelta(minutes=1))
    with pytest.raises(CommandError, match="'claimed': 1"):
        run_due(0.3)


def test_claim_of_a_lost_worker_is_taken_over(acme: Tenant) -> None:
    with tenant_scope(acme):
        job = enqueue("test.add_customer", key="a", payload={"name": "Rabbit"})
        Job.objects.filter(pk=job.pk).update(state="claimed", attempts=1, lease_until=now() - timedelta(seconds=1))
    run_due()
    assert names(acme) == {"Rabbit"}
