from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.jobs import enqueue, enqueue_once, job_handler, recurring
from accounts.models import Customer, Job, JobState, Tenant
from accounts.services.jobs import MAX_ATTEMPTS, Outcome, run_job
from accounts.tenancy.scope import tenant_scope
from tests.queue import kinds

pytestmark = pytest.mark.django_db(transaction=True)


def make_job(tenant: Tenant, kind: str = "test.add_customer", **fields: object) -> Job:
    with tenant_scope(tenant):
        job = enqueue(kind, key="a", payload={"name": "Rabbit"})
        Job.objects.filter(pk=job.pk).update(**fields) if fields else None
        return job


def reread(tenant: Tenant, job: Job) -> Job:
    with tenant_scope(tenant):
        return Job.objects.get(pk=job.pk)


def customers(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return [customer.name for customer in Customer.objects.order_by("name")]


def test_work_and_mark_commit_together(acme: Tenant, globex: Tenant) -> None:
    job = make_job(acme)
    assert run_job(acme, job.pk) == Outcome.DONE
    done = reread(acme, job)
    assert (done.state, done.progress, done.attempts) == ("done", 100, 1)
    assert "customer" in done.result
    assert customers(acme) == ["Rabbit"]
    assert customers(globex) == []


def test_second_message_does_nothing(acme: Tenant) -> None:
    job = make_job(acme)
    assert [run_job(acme, job.pk), run_job(acme, job.pk)] == [Outcome.DONE, Outcome.SKIPPED]
    assert customers(acme) == ["Rabbit"]


def test_other_tenants_job_is_not_found(acme: Tenant, globex: Tenant) -> None:
    job = make_job(acme)
    assert run_job(globex, job.pk) == Outcome.SKIPPED
    assert reread(acme, job).state == "due"


def test_early_message_does_nothing(acme: Tenant) -> None:
    job = make_job(acme, run_at=now() + timedelta(minutes=1))
    assert run_job(acme, job.pk) == Outcome.SKIPPED


def test_failure_leaves_nothing_and_comes_back_later(acme: Tenant) -> None:
    job = make_job(acme, "test.add_and_fail")
    assert run_job(acme, job.pk) == Outcome.RETRY
    failed = reread(acme, job)
    assert failed.state == "due"
    assert timedelta(seconds=4) < failed.run_at - now() < timedelta(seconds=6)
    assert failed.error.startswith("ValueError: the figures do not add up (kinds.py:")
    assert customers(acme) == []


def test_last_failure_is_final(acme: Tenant) -> None:
    job = make_job(acme, "test.add_and_fail", attempts=MAX_ATTEMPTS - 1)
    assert run_job(acme, job.pk) == Outcome.DEAD
    assert reread(acme, job).state == "dead"


def test_job_that_kills_its_workers_is_given_up(acme: Tenant) -> None:
    job = make_job(acme, attempts=MAX_ATTEMPTS)
    assert run_job(acme, job.pk) == Outcome.DEAD
    assert "worker was lost" in reread(acme, job).error
    assert customers(acme) == []


def test_run_asked_for_meanwhile_follows(acme: Tenant) -> None:
    job = make_job(acme, "test.ask_again")
    assert run_job(acme, job.pk) == Outcome.DONE
    again = reread(acme, job)
    assert (again.state, again.payload, again.attempts) == ("due", {"round": 2}, 0)
    assert run_job(acme, job.pk) == Outcome.DONE
    assert reread(acme, job).state == "done"


def test_lost_claim_rolls_the_work_back(acme: Tenant) -> None:
    @job_handler("test.lose_claim")
    def lose_claim(job: Job) -> None:
        kinds.make_customer(name="must not stay")
        Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1)

    job = make_job(acme, "test.lose_claim")
    assert run_job(acme, job.pk) == Outcome.SKIPPED
    assert customers(acme) == []
    assert reread(acme, job).state == "claimed"


def test_handler_with_scopes_of_its_own(acme: Tenant) -> None:
    job = make_job(acme, "test.outside")
    assert run_job(acme, job.pk) == Outcome.DONE
    assert customers(acme) == ["outside"]


@pytest.mark.parametrize("attempts", [0, MAX_ATTEMPTS])
def test_recurring_job_schedules_its_next_run(acme: Tenant, attempts: int) -> None:
    recurring("test.chain", hour=3)
    with tenant_scope(acme):
        enqueue_once("test.chain", key="2026-01-01", run_at=now() - timedelta(hours=1), payload={"left": 0})
        job = Job.objects.get(kind="test.chain")
        Job.objects.update(attempts=attempts)
    run_job(acme, job.pk)
    with tenant_scope(acme):
        following = Job.objects.get(kind="test.chain", state=JobState.DUE)
    assert following.run_at.astimezone(acme.zone).hour == 3
    assert now() < following.run_at < now() + timedelta(hours=25)


def test_old_jobs_are_forgotten_and_failed_ones_kept(acme: Tenant) -> None:
    done, dead = make_job(acme), make_job(acme, "test.chain")
    long_ago = now() - timedelta(days=30)
    with tenant_scope(acme):
        Job.objects.filter(pk=done.pk).update(state=JobState.DONE, finished_at=long_ago)
        Job.objects.filter(pk=dead.pk).update(state=JobState.DEAD, finished_at=long_ago)
        job = enqueue("jobs.forget", key="now")
    assert run_job(acme, job.pk) == Outcome.DONE
    with tenant_scope(acme):
        assert not Job.objects.filter(pk=done.pk).exists()
        assert Job.objects.filter(pk=dead.pk).exists()
