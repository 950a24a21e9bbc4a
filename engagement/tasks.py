"""What the queue runs for outreach: mails of the outbox, due steps of cadences, questions about unsure mails."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from accounts.jobs import job_handler, recurring
from accounts.models import Job, Tenant
from accounts.queues import Queue, register_queue
from accounts.sweeps import sweep
from accounts.tasks import TenantTask
from engagement.services import cadences, delivery, enrolments, unsure


# The hard limit ends before the claim does: nobody is still sending a mail that has become unsure.
@shared_task(base=TenantTask, bind=True, name="engagement.deliver_message", soft_time_limit=110, time_limit=140)
def deliver_message(self: TenantTask, message_id: str) -> None:
    delivery.deliver(self.tenant, message_id)


register_queue(Queue("mails", "engagement_message", deliver_message, delivery.deliver, expired="unsure"))


@sweep(
    "mails.unsure",
    waiting="SELECT DISTINCT tenant_id FROM engagement_message WHERE state = 'unsure' AND asked_at IS NULL",
)
def note_unsure() -> int:
    return unsure.note_unsure()


@job_handler(unsure.ASK, opens_own_scopes=True, lease=timedelta(seconds=15))
def ask_provider(job: Job) -> dict[str, str]:
    tenant = Tenant.objects.get(pk=str(job.tenant_id))
    return {"answer": unsure.ask_provider(tenant, job.payload["message"])}


@sweep(
    "cadences.due",
    waiting="SELECT DISTINCT tenant_id FROM engagement_enrolment WHERE state = 'active' AND next_at <= %(now)s",
)
def move_on() -> int:
    return enrolments.move_on()


@sweep(
    "cadences.events",
    waiting="""
        SELECT DISTINCT c.tenant_id FROM engagement_cadence c
        WHERE c.trigger = 'event' AND c.activated_at IS NOT NULL AND c.looked_at <= %(now)s - interval '1 second'
          AND EXISTS (SELECT 1 FROM accounts_domainevent e WHERE e.tenant_id = c.tenant_id AND e.kind = c.event
                      AND e.at >= c.looked_at - interval '30 seconds' AND e.at >= c.activated_at)
    """,
)
def look_at_events() -> int:
    return enrolments.look_at_events()


@job_handler(cadences.ENROL)
def enrol(job: Job) -> dict[str, int]:
    return {"enrolled": enrolments.enrol()}


recurring(cadences.ENROL, hour=0, minute=20)
