from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.models import Tenant
from engagement.models import Activity
from engagement.selectors.timeline import PAGE, timeline
from engagement.services.timeline import record_activity, remove_activity, restore_activity
from tests.factories.accounts import make_customer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_talk_moves_the_last_contact_and_a_note_does_not(in_acme: Tenant) -> None:
    customer = make_customer()
    record_activity(customer, "note", occurred_at=NOON + timedelta(days=1))
    record_activity(customer, "call", occurred_at=NOON)
    customer.standing.refresh_from_db()
    assert customer.standing.last_contact_at == NOON


def test_an_older_talk_does_not_move_it_back(in_acme: Tenant) -> None:
    customer = make_customer(standing={"last_contact_at": NOON})
    record_activity(customer, "meeting", occurred_at=NOON - timedelta(days=9))
    customer.standing.refresh_from_db()
    assert customer.standing.last_contact_at == NOON


def test_pages_follow_each_other_without_gap_or_repeat(in_acme: Tenant) -> None:
    customer = make_customer()
    for minute in range(PAGE + 5):
        record_activity(customer, "note", occurred_at=NOON + timedelta(minutes=minute // 2))
    first = timeline(customer)
    second = timeline(customer, before=first.older)
    seen = [activity.pk for activity in first.activities + second.activities]
    assert len(set(seen)) == len(seen) == PAGE + 5
    assert second.older == ""


def test_unreadable_cursor_starts_at_the_newest(in_acme: Tenant) -> None:
    customer = make_customer()
    record_activity(customer, "note")
    assert len(timeline(customer, before="\x00~rubbish").activities) == 1


def test_removed_entry_can_be_put_back(in_acme: Tenant) -> None:
    customer = make_customer()
    note = record_activity(customer, "note", body="slip")
    assert remove_activity(note)
    assert timeline(customer).activities == []
    assert restore_activity(note)
    assert Activity.objects.visible().get() == note
