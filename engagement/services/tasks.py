"""Tasks: made by people, by alerts or from a signal; done once; undone when it was a slip."""

from __future__ import annotations

from datetime import date

from django.utils.timezone import now

from accounts.models import Customer, Membership
from accounts.services.audit import record_audit, snapshot
from engagement.models import ActivityKind, Dismissal, Task
from engagement.services.timeline import record_activity


def create_task(
    *,
    title: str,
    due_on: date,
    customer: Customer | None = None,
    owner: Membership | None = None,
    created_by: Membership | None = None,
    body: str = "",
    signal: str = "",
    source: str = "manual",
    dedupe_key: str | None = None,
) -> tuple[Task, bool]:
    """The task, and whether this call made it. With a dedupe key there is only ever one."""
    fields = {
        "title": title,
        "due_on": due_on,
        "customer": customer,
        "owner": owner or (customer.csm if customer else None),
        "created_by": created_by,
        "body": body,
        "signal": signal,
        "source": source,
    }
    if dedupe_key is None:
        task, created = Task.objects.create(**fields), True
    else:
        task, created = Task.objects.get_or_create(dedupe_key=dedupe_key, defaults=fields)
    if created:
        record_audit("task.created", task, after=snapshot(task, "title", "due_on", "customer_id", "owner_id"))
    return task, created


def complete_task(task: Task, *, by: Membership) -> bool:
    """True only for the call that closed it; that call also writes to the timeline."""
    closed = bool(Task.objects.open().filter(pk=task.pk).update(done_at=now(), done_by=by))
    if closed:
        record_audit("task.completed", task)
        if task.customer is not None:
            record_activity(
                task.customer,
                ActivityKind.TASK,
                title=task.title,
                code="task.completed",
                author=by,
                dedupe_key=f"task:{task.pk}:completed",
            )
    return closed


def reopen_task(task: Task) -> bool:
    """Undo of `complete_task`; what it wrote to the timeline goes as well."""
    reopened = bool(Task.objects.done().filter(pk=task.pk).update(done_at=None, done_by=None))
    if reopened:
        record_audit("task.reopened", task)
        if task.customer is not None:
            task.customer.activities.filter(dedupe_key=f"task:{task.pk}:completed").delete()
    return reopened


def change_task(task: Task, *, title: str, body: str, due_on: date, owner: Membership | None) -> Task:
    before = snapshot(task, "title", "due_on", "owner_id")
    task.title, task.body, task.due_on, task.owner = title, body, due_on, owner
    task.save(update_fields=["title", "body", "due_on", "owner"])
    record_audit("task.changed", task, before=before, after=snapshot(task, "title", "due_on", "owner_id"))
    return task


def postpone_task(task: Task, *, until: date) -> date:
    """Move the due date; returns the old one, so that the move can be undone."""
    before = task.due_on
    Task.objects.filter(pk=task.pk).update(due_on=until)
    record_audit("task.postponed", task, before={"due_on": before}, after={"due_on": until})
    return before


def dismiss_signal(customer: Customer, signal: str, *, until: date, by: Membership) -> Dismissal:
    """Keep a signal about one customer quiet until the date."""
    dismissal, _ = Dismissal.objects.update_or_create(
        customer=customer, signal=signal, defaults={"until_on": until, "by": by, "at": now()}
    )
    record_audit("signal.dismissed", customer, after={"signal": signal, "until_on": until})
    return dismissal


def recall_signal(customer: Customer, signal: str) -> None:
    """Undo of `dismiss_signal`."""
    Dismissal.objects.filter(customer=customer, signal=signal).delete()
    record_audit("signal.recalled", customer, after={"signal": signal})
