from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.jobs import job_handler, recomputable, recomputations
from accounts.models import Job, Tenant
from accounts.services.jobs import run_job
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller

pytestmark = pytest.mark.django_db(transaction=True)


@job_handler("test.rebuild")
def rebuild(job: Job) -> dict[str, int]:
    return {"days": 31}


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


@pytest.fixture(autouse=True)
def only_the_tests_rebuild() -> Iterator[None]:
    before = dict(recomputations)
    recomputations.clear()
    recomputable("revenue", kind="test.rebuild")
    yield
    recomputations.clear()
    recomputations.update(before)


def test_job_is_answered_and_watched(api: Caller, acme: Tenant) -> None:
    asked = api.post("/recompute", {"what": "revenue", "from": "2026-01-01"})
    assert (api.status, asked["state"]) == (202, "due")
    run_job(acme, asked["id"])
    job = api.get(f"/jobs/{asked['id']}")
    assert (job["state"], job["progress"], job["result"]) == ("done", 100, {"days": 31})


def test_waiting_job_is_widened(api: Caller, acme: Tenant) -> None:
    api.post("/recompute", {"what": "revenue", "from": "2026-03-01", "to": "2026-04-01"})
    api.post("/recompute", {"what": "revenue", "from": "2026-01-01", "to": "2026-02-01"})
    with tenant_scope(acme):
        assert Job.objects.get().payload == {"from": "2026-01-01", "to": "2026-04-01"}


def test_all_starts_each(api: Caller, acme: Tenant) -> None:
    asked = api.post("/recompute", {"what": "all"})
    run_job(acme, asked["id"])
    with tenant_scope(acme):
        assert Job.objects.filter(kind="test.rebuild", state="due").count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/what"),
        ({"what": "money"}, "/what"),
        ({"what": "health"}, "/what"),
        ({"what": "revenue", "from": "2026-02-01", "to": "2026-02-01"}, "/to"),
        ({"what": "revenue", "from": "soon"}, "/from"),
    ],
)
def test_wrong_requests_name_the_field(api: Caller, acme: Tenant, body: dict[str, str], pointer: str) -> None:
    api.post("/recompute", body)
    assert (api.status, list(api.codes())) == (422, [pointer])
    with tenant_scope(acme):
        assert not Job.objects.filter(kind="test.rebuild").exists()


def test_other_tenants_job_is_like_none(api: Caller, acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        theirs = Job.objects.create(kind="test.rebuild", key="a")
    answers = [api.call("GET", f"/jobs/{each}") for each in (theirs.pk, "01a2026d-7e8c-78d7-81fe-46ba33c77afd", "x")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1


def test_needs_the_admin_scope(acme: Tenant) -> None:
    caller = make_caller(acme, "read", "write")
    caller.post("/recompute", {"what": "revenue"})
    assert caller.status == 403
