from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.jobs import enqueue
from accounts.models import Job, JobState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_acme")]
KIND = "test.add_customer"


def test_one_key_is_one_job() -> None:
    first = enqueue(KIND, key="a", payload={"name": "Old"})
    second = enqueue(KIND, key="a", payload={"name": "New"})
    assert first.pk == second.pk
    assert second.payload == {"name": "New"}
    assert Job.objects.filter(kind=KIND).count() == 1


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(LookupError, match="no handler"):
        enqueue("test.nobody", key="a")


def test_waiting_job_runs_at_the_earlier_time() -> None:
    early, late = now() + timedelta(hours=1), now() + timedelta(hours=2)
    enqueue(KIND, key="a", run_at=late)
    assert enqueue(KIND, key="a", run_at=early).run_at == early
    assert enqueue(KIND, key="a", run_at=late).run_at == early


@pytest.mark.parametrize("state", [JobState.DONE, JobState.DEAD])
def test_finished_job_becomes_due_again(state: JobState) -> None:
    job = enqueue(KIND, key="a")
    Job.objects.filter(pk=job.pk).update(state=state, attempts=8, error="x", finished_at=now())
    again = enqueue(KIND, key="a")
    assert (again.state, again.attempts, again.error, again.finished_at) == ("due", 0, "", None)


def test_running_job_stays_claimed_and_is_asked_for_again() -> None:
    job = enqueue(KIND, key="a")
    Job.objects.filter(pk=job.pk).update(state=JobState.CLAIMED, attempts=1)
    again = enqueue(KIND, key="a", payload={"name": "New"})
    assert again.state == "claimed"
    assert again.run_at > job.run_at


def test_merge_keeps_what_an_unfinished_run_needs() -> None:
    def earliest(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
        return {"from": min(old["from"], new["from"])}

    enqueue(KIND, key="a", payload={"from": "2026-03-01"})
    job = enqueue(KIND, key="a", payload={"from": "2026-05-01"}, merge=earliest)
    assert job.payload == {"from": "2026-03-01"}
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    assert enqueue(KIND, key="a", payload={"from": "2026-05-01"}, merge=earliest).payload == {"from": "2026-05-01"}
