from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Membership, Tenant
from engagement.models import Activity, Task
from engagement.services.tasks import complete_task, create_task, reopen_task
from tests.factories.accounts import make_customer, make_membership


@pytest.fixture
def me(in_acme: Tenant) -> Membership:
    return make_membership()


@pytest.fixture
def task(in_acme: Tenant, me: Membership) -> Task:
    return create_task(title="Call", due_on=in_acme.today(), customer=make_customer(), owner=me)[0]


def test_done_is_a_moment_and_a_person(task: Task, me: Membership) -> None:
    assert complete_task(task, by=me)
    task.refresh_from_db()
    assert task.done_at is not None
    assert task.done_by == me


def test_second_completion_records_nothing(task: Task, me: Membership) -> None:
    complete_task(task, by=me)
    assert not complete_task(task, by=me)
    assert Activity.objects.count() == 1


def test_completion_stands_on_the_timeline_and_in_the_audit_log(task: Task, me: Membership) -> None:
    complete_task(task, by=me)
    assert Activity.objects.get().title == "Call"
    assert AuditEntry.objects.filter(action="task.completed", object_id=str(task.pk)).exists()


def test_reopening_takes_both_back(task: Task, me: Membership) -> None:
    complete_task(task, by=me)
    assert reopen_task(task)
    assert Task.objects.open().get() == task
    assert not Activity.objects.exists()


def test_same_dedupe_key_makes_one_task(in_acme: Tenant) -> None:
    first, made = create_task(title="Once", due_on=in_acme.today(), dedupe_key="k")
    second, made_again = create_task(title="Twice", due_on=in_acme.today(), dedupe_key="k")
    assert (first, made, made_again) == (second, True, False)
