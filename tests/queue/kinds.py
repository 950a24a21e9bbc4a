"""Kinds of jobs that exist for the tests of the queue."""

from __future__ import annotations

from typing import Any

from accounts.jobs import enqueue, job_handler
from accounts.models import Customer, Job, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer


@job_handler("test.add_customer")
def add_customer(job: Job) -> dict[str, Any]:
    return {"customer": str(make_customer(name=job.payload["name"]).pk)}


@job_handler("test.add_and_fail")
def add_and_fail(job: Job) -> None:
    make_customer(name="must not stay")
    raise ValueError("the figures do not add up\x00")


@job_handler("test.chain")
def chain(job: Job) -> None:
    if job.payload["left"]:
        enqueue("test.chain", key=f"{job.payload['left']}", payload={"left": job.payload["left"] - 1})


@job_handler("test.ask_again")
def ask_again(job: Job) -> None:
    """As if somebody else asked for one more run while this one is under way."""
    if not Customer.objects.filter(name="asked").exists():
        make_customer(name="asked")
        enqueue("test.ask_again", key=job.key, payload={"round": 2})


@job_handler("test.outside", opens_own_scopes=True)
def outside(job: Job) -> None:
    with tenant_scope(Tenant.objects.get(pk=job.tenant_id)):
        make_customer(name="outside")
