"""What Celery runs. A message carries ids and, in a header, the tenant; work without a tenant is refused."""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery import current_app, shared_task
from celery.contrib.django.task import DjangoTask
from django.utils import timezone
from kombu.exceptions import KombuError

from accounts.jobs import job_handler, nudges, recurring
from accounts.models import Job, Tenant
from accounts.queues import Queue, register_queue
from accounts.services import jobs, recomputing, sweeping
from accounts.tenancy.scope import TenantError, current_tenant_id, tenant_scope

log = structlog.get_logger(__name__)

TENANT = "tenant"
FORGET = "jobs.forget"
UNREACHABLE = (OSError, KombuError)
EXPIRES = 60  # seconds; Postgres knows what is due, an old message only costs time
SILENCE = 5.0  # seconds without nudges after the broker failed, so that requests do not wait for it


class TenantTask(DjangoTask):
    """Base of every task on tenant data.

    The tenant comes from the message, or from the scope of whoever sends it. The body opens short scopes itself
    with `tenant_scope(self.tenant)` and holds none while it talks to the network.
    """

    abstract = True

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(TENANT, current_tenant_id())
        if headers[TENANT] is None:
            raise TenantError(f"{self.name} needs a tenant")
        return super().apply_async(args, kwargs, headers=headers, **options)

    @property
    def tenant(self) -> Tenant:
        """The message's tenant; TenantError when it names none, Tenant.DoesNotExist when it is gone."""
        number = (self.request.headers or {}).get(TENANT) or getattr(self.request, TENANT, None)
        if number is None:
            raise TenantError(f"{self.name} was sent without a tenant")
        return Tenant.objects.get(pk=number)


@shared_task(base=TenantTask, bind=True, name="accounts.run_job")
def run_job(self: TenantTask, job_id: str) -> None:
    jobs.run_job(self.tenant, job_id)


@shared_task(base=TenantTask, bind=True, name="accounts.run_sweep")
def run_sweep(self: TenantTask, name: str) -> None:
    sweeping.run_sweep(self.tenant, name)


def publish(task: Any, tenant_id: int, *args: str) -> None:
    """Send ids to the workers, or raise one of UNREACHABLE within seconds."""
    task.apply_async(args, headers={TENANT: tenant_id}, retry=False, expires=EXPIRES)


def messages_waiting() -> int:
    """How many messages no worker has taken yet; raises one of UNREACHABLE."""
    with current_app.connection_for_write() as connection:
        name = current_app.conf.task_default_queue
        declared = connection.default_channel.queue_declare(queue=name, passive=False)
        return int(declared.message_count)


_silent_until = 0.0


def nudge(tenant: Tenant, job: Job) -> None:
    """Start a job that is due at once; without a broker the pump finds it later."""
    global _silent_until
    if job.run_at > timezone.now() or time.monotonic() < _silent_until:
        return
    try:
        publish(run_job, tenant.pk, str(job.pk))
    except UNREACHABLE as error:
        _silent_until = time.monotonic() + SILENCE
        log.warning("broker.unreachable", error=str(error))


nudges.append(nudge)
job_handler(recomputing.ALL)(recomputing.recompute_all)


@job_handler(FORGET, opens_own_scopes=True)
def forget_old_jobs(job: Job) -> None:
    tenant = Tenant.objects.get(pk=str(job.tenant_id))
    forgotten = 1
    while forgotten:
        with tenant_scope(tenant):
            forgotten = jobs.forget_old_jobs()


recurring(FORGET, hour=4, minute=40)
register_queue(Queue("jobs", "accounts_job", run_job, jobs.run_job, expired="due"))
