from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.jobs import enqueue
from accounts.models import Job, PumpBeat, Tenant
from accounts.queues import queues
from accounts.services import jobs
from accounts.services.pump import MOST_WAITING, REPUBLISH, Pump, expire, take
from accounts.tasks import messages_waiting
from accounts.tenancy.scope import tenant_scope
from config.celery import app

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])

JOBS = queues["jobs"]


@pytest.fixture(autouse=True)
def empty_broker() -> None:
    app.control.purge()


def make_jobs(tenant: Tenant, count: int, **fields: object) -> list[Job]:
    values = {"kind": "test.add_customer", "payload": {"name": "x"}, "run_at": now() - timedelta(seconds=5)}
    with tenant_scope(tenant):
        Job.objects.bulk_create(Job(**{"key": f"{number}", **values, **fields}) for number in range(count))
        return list(Job.objects.filter(kind=fields.get("kind", values["kind"])))


def test_due_rows_are_taken_once(acme: Tenant) -> None:
    made = make_jobs(acme, 3)
    make_jobs(acme, 2, kind="test.chain", run_at=now() + timedelta(minutes=1))
    assert {row for row, _ in take(JOBS)} == {job.pk for job in made}
    assert take(JOBS) == []


def test_lost_messages_are_sent_again_after_a_while(acme: Tenant) -> None:
    make_jobs(acme, 3)
    take(JOBS)
    with tenant_scope(acme):
        Job.objects.update(lease_until=now() - timedelta(seconds=1))
    rows = take(JOBS)
    assert len(rows) == 3
    with tenant_scope(acme):
        assert Job.objects.filter(lease_until__gt=now() + REPUBLISH / 2).count() == 3


def test_two_pumps_share_the_rows(acme: Tenant) -> None:
    make_jobs(acme, 90)
    taken: list[object] = []

    def pump() -> None:
        taken.extend(row for row, _ in take(JOBS))
        connection.close()

    threads = [threading.Thread(target=pump) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 90


def test_a_backlog_does_not_keep_other_tenants_waiting(acme: Tenant, globex: Tenant) -> None:
    make_jobs(acme, 400, run_at=now() - timedelta(hours=1))
    make_jobs(globex, 2)
    taken = [tenant for _, tenant in take(JOBS, 10)]
    assert (taken.count(acme.pk), taken.count(globex.pk)) == (8, 2)


def test_what_waits_at_the_broker_is_bounded(acme: Tenant) -> None:
    make_jobs(acme, 3 * MOST_WAITING)
    pump = Pump(name="one")
    assert [pump.tick() for _ in range(3)] == [MOST_WAITING, 0, 0]
    assert messages_waiting() == MOST_WAITING
    app.control.purge()
    assert pump.tick() == MOST_WAITING


def test_claim_of_a_lost_worker_expires(acme: Tenant) -> None:
    make_jobs(acme, 1, state="claimed", attempts=1, lease_until=now() - timedelta(seconds=1))
    make_jobs(acme, 1, kind="test.chain", state="claimed", attempts=1, lease_until=now() + timedelta(minutes=1))
    assert len(expire(JOBS)) == 1
    with tenant_scope(acme):
        assert Job.objects.filter(state="due", lease_until=None).count() == 1


def test_slow_worker_keeps_its_claim(acme: Tenant) -> None:
    (job,) = make_jobs(acme, 1, state="claimed", attempts=1, lease_until=now() - timedelta(seconds=1))
    with tenant_scope(acme):
        jobs._show_life(job)
        assert expire(JOBS) == []
    assert len(expire(JOBS)) == 1


def test_beat_tells_how_far_behind_it_is(acme: Tenant) -> None:
    make_jobs(acme, 3, run_at=now() - timedelta(minutes=10))
    pump = Pump(name="one")
    pump.beat()
    beat = PumpBeat.objects.get(name="one")
    assert 599 < beat.lag_seconds < 610
    assert beat.figures["jobs"]["due"] == 3
    pump.tick()
    pump.beat()
    assert PumpBeat.objects.get(name="one").lag_seconds == 0


def test_nudged_job_gets_a_head_start(acme: Tenant) -> None:
    with tenant_scope(acme):
        enqueue("test.add_customer", key="a", payload={"name": "x"})
    assert take(JOBS) == []
