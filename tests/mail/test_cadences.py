from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.events import record_event
from accounts.models import Contact, Segment, Tenant
from accounts.services.draining import drain
from accounts.tenancy.scope import tenant_scope
from engagement.models import Enrolment, Message
from engagement.services import cadences, enrolments
from engagement.services.cadences import StepDraft
from tests.factories.accounts import make_contact, make_customer, make_subscription
from tests.factories.engagement import make_cadence, make_step
from tests.mail.server import MailServer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
OFFICE = {"weekdays": [1, 2, 3, 4, 5], "send_from": time(9), "send_to": time(16)}


def at(text: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(text).astimezone(UTC), tick=False)


def sent(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(Message.objects.filter(state="sent").order_by("sent_at").values_list("subject", flat=True))


def signed_up(day: str, **contact: Any) -> Contact:
    return make_contact(make_customer(signed_up_on=date.fromisoformat(day)), **contact)


def test_steps_come_at_their_local_times(acme: Tenant, mail_server: MailServer) -> None:
    with at("2026-11-22T12:00:00+01:00"), tenant_scope(acme):
        make_cadence(make_step(0, **OFFICE), make_step(3, **OFFICE))
        signed_up("2026-11-23", timezone="America/New_York", name="Ann Lee")
        enrolments.enrol()
    for moment, count in [
        ("2026-11-23T14:59:00+01:00", 0),
        ("2026-11-23T15:00:00+01:00", 1),
        ("2026-11-23T16:00:00+01:00", 1),
        ("2026-11-26T14:59:00+01:00", 1),
        ("2026-11-26T15:01:00+01:00", 2),
        ("2026-12-26T15:01:00+01:00", 2),
    ]:
        with at(moment):
            drain(20)
            assert len(sent(acme)) == count, moment
    with tenant_scope(acme):
        assert Enrolment.objects.get().state == "finished"
    assert mail_server.mails[0]["Subject"] == "Welcome, Ann"


def test_weekend_waits_for_monday(acme: Tenant) -> None:
    with at("2026-11-20T12:00:00+01:00"), tenant_scope(acme):
        make_cadence(make_step(1, **OFFICE))
        signed_up("2026-11-20")
        enrolments.enrol()
        assert Enrolment.objects.get().next_at.isoformat() == "2026-11-23T08:00:00+00:00"


def test_enrolled_once_however_often_asked(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            make_cadence(starts_on=date(2026, 1, 1))
            signed_up(str(tenant.today()))
            assert [enrolments.enrol(), enrolments.enrol()] == [1, 0]
            assert Enrolment.objects.count() == 1


def test_old_customers_are_not_flooded(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_cadence(make_step(0), make_step(7), starts_on=date(2020, 1, 1))
        signed_up("2021-01-01")
        signed_up(str(acme.today() - timedelta(days=6)))
        assert enrolments.enrol() == 1
        assert Enrolment.objects.get().next_step == 2


def test_sign_ups_before_the_start_are_left_out(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_cadence()
        signed_up(str(acme.today() - timedelta(days=1)))
        assert enrolments.enrol() == 0


def test_new_customer_over_events(acme: Tenant, globex: Tenant, mail_server: MailServer) -> None:
    with tenant_scope(acme):
        make_cadence()
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            contact = signed_up(str(tenant.today()))
            record_event("customers.changed", customer_ids=[str(contact.customer_id)])
    drain(20)
    assert (len(sent(acme)), len(sent(globex)), len(mail_server.mails)) == (1, 0, 1)


@pytest.mark.parametrize("named", ["customer_ids", "contact_ids"])
def test_domain_event_starts_it(acme: Tenant, mail_server: MailServer, named: str) -> None:
    with tenant_scope(acme):
        make_cadence(trigger="event", event="plan.finished")
        contact, _other = make_contact(), make_contact()
        ids = {"customer_ids": [str(contact.customer_id)], "contact_ids": [str(contact.pk)]}[named]
        record_event("plan.finished", **{named: ids})
        record_event("plan.finished", **{named: ids})
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=3)):
        drain(20)
        drain(20)
    assert len(sent(acme)) == 1


def test_first_subscription_and_renewal(acme: Tenant) -> None:
    with tenant_scope(acme):
        today = acme.today()
        started = make_cadence(trigger="subscription_started")
        renewal = make_cadence(make_step(-30), trigger="renewal")
        customer = make_customer(standing={"renewal_on": today + timedelta(days=30)})
        make_contact(customer)
        make_subscription(customer, started_on=today)
        enrolments.enrol()
        found = set(Enrolment.objects.values_list("cadence", "occurrence"))
    assert found == {(started.pk, ""), (renewal.pk, str(today + timedelta(days=30)))}


def test_champions_only(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_cadence(champions_only=True)
        signed_up(str(acme.today()))
        champion = signed_up(str(acme.today()), is_champion=True)
        enrolments.enrol()
        assert Enrolment.objects.get().contact_id == champion.pk


def test_only_customers_of_the_segment(acme: Tenant) -> None:
    rule = {"all": [{"field": "tier", "op": "eq", "value": "100% gold"}]}
    with tenant_scope(acme):
        make_cadence(segment=Segment.objects.create(name="Gold", rule=rule))
        make_contact(make_customer(signed_up_on=acme.today(), tier="silver"))
        gold = make_contact(make_customer(signed_up_on=acme.today(), tier="100% gold"))
        assert enrolments.enrol() == 1
        assert Enrolment.objects.get().contact_id == gold.pk


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mail_state": "suppressed"}, "suppressed"),
        ({"mail_state": "unsubscribed"}, "unsubscribed"),
        ({"subscriptions": {"onboarding": False}}, "unsubscribed"),
        ({"email": ""}, "no_address"),
    ],
)
def test_stops_for_contacts(acme: Tenant, mail_server: MailServer, change: dict[str, Any], reason: str) -> None:
    with tenant_scope(acme):
        make_cadence()
        signed_up(str(acme.today()))
        enrolments.enrol()
        Contact.objects.update(**change)
    drain(20)
    with tenant_scope(acme):
        stopped = Enrolment.objects.get()
    assert (stopped.state, stopped.stop_reason, stopped.next_at) == ("stopped", reason, None)
    assert mail_server.mails == []


def test_stops_when_the_customer_leaves_or_the_contact_replies(acme: Tenant, mail_server: MailServer) -> None:
    with tenant_scope(acme):
        make_cadence(make_step(0), make_step(5))
        leaving, replying = signed_up(str(acme.today())), signed_up(str(acme.today()))
        enrolments.enrol()
    drain(20)
    with tenant_scope(acme):
        leaving.customer.stage = "churned"
        leaving.customer.save()
        enrolments.note_reply(replying, acme.created_at)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6)):
        drain(20)
    with tenant_scope(acme):
        assert dict(Enrolment.objects.values_list("contact", "stop_reason")) == {
            leaving.pk: "churned",
            replying.pk: "replied",
        }
    assert len(mail_server.mails) == 2


def test_words_in_the_contacts_language(acme: Tenant, mail_server: MailServer) -> None:
    texts = {language: {"subject": language, "body": "x"} for language in ("en", "pl", "nb")}
    with tenant_scope(acme):
        make_cadence(make_step(texts=texts))
        today = acme.today()
        polish = make_customer(signed_up_on=today, language="pl")
        for contact in ({"language": "nb"}, {}, {"language": "ru"}):
            make_contact(polish, **contact)
        enrolments.enrol()
    drain(20)
    assert sorted(sent(acme)) == ["en", "nb", "pl"]


def test_paused_cadence_sends_nothing_until_it_goes_on(acme: Tenant, mail_server: MailServer) -> None:
    with tenant_scope(acme):
        cadence = make_cadence()
        signed_up(str(acme.today()))
        enrolments.enrol()
        assert cadences.pause(cadence)
    drain(20)
    assert mail_server.mails == []
    with tenant_scope(acme):
        assert cadences.activate(cadence)
    drain(20)
    assert len(mail_server.mails) == 1


def test_mail_that_missed_its_window_waits_for_the_next(acme: Tenant, mail_server: MailServer) -> None:
    with at("2026-11-23T15:59:00+01:00"), tenant_scope(acme):
        make_cadence(make_step(0, **OFFICE), starts_on=date(2026, 11, 1))
        signed_up("2026-11-23")
        enrolments.enrol()
        enrolments.move_on()
    with at("2026-11-23T16:01:00+01:00"):
        assert drain(20)["mails.later"] == 1
    with at("2026-11-24T09:00:00+01:00"):
        drain(20)
    assert len(mail_server.mails) == 1


def test_one_wrong_time_zone_does_not_stop_the_others(acme: Tenant) -> None:
    with tenant_scope(acme):
        make_cadence()
        signed_up(str(acme.today()), timezone="Mars/Olympus")
        signed_up(str(acme.today()), timezone="Asia/Tokyo")
        assert enrolments.enrol() == 2


def test_changed_words_are_not_sent_twice(acme: Tenant, mail_server: MailServer) -> None:
    with tenant_scope(acme):
        cadence = make_cadence(make_step(0))
        signed_up(str(acme.today()))
        enrolments.enrol()
    drain(20)
    with tenant_scope(acme):
        cadences.save_steps(cadence, [make_step(0, texts={"en": {"subject": "New", "body": "New"}})])
        enrolments.enrol()
    drain(20)
    assert len(mail_server.mails) == 1


def test_those_on_their_way_keep_their_place(acme: Tenant, mail_server: MailServer) -> None:
    def step(day: int, subject: str) -> StepDraft:
        return make_step(day, texts={"en": {"subject": subject, "body": "x"}})

    with tenant_scope(acme):
        cadence = make_cadence(step(0, "one"), step(2, "two"), step(4, "three"))
        signed_up(str(acme.today()))
        enrolments.enrol()
    drain(20)
    with tenant_scope(acme):
        cadences.save_steps(cadence, [step(1, "new"), step(2, "two"), step(4, "three")])  # "one" is gone
        cadences.save_steps(cadence, [step(0, "first"), step(1, "new"), step(2, "two"), step(4, "three")])
        cadences.save_steps(cadence, [step(0, "first"), step(1, "new"), step(4, "three")])  # "two" is gone
    with time_machine.travel(datetime.now(UTC) + timedelta(days=5)):
        drain(20)
    assert sent(acme) == ["one", "three"]


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({"weekdays": []}, "0.weekdays"),
        ({"weekdays": [8]}, "0.weekdays"),
        ({"send_from": time(16), "send_to": time(9)}, "0.send_to"),
        ({"texts": {}}, "0.texts"),
        ({"texts": {"en": {"subject": "x", "body": ""}}}, "0.texts"),
        ({"texts": {"xx": {"subject": "x", "body": "y"}}}, "0.texts"),
        ({"texts": {"en": {"subject": "x", "body": "{{ contact.password }}"}}}, "0.texts.en.body"),
        ({"texts": {"en": {"subject": "{{ settings.SECRET_KEY }}", "body": "y"}}}, "0.texts.en.subject"),
    ],
)
def test_wrong_steps_are_named(in_acme: Tenant, step: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make_cadence(make_step(0, **step))
    assert field in refused.value.message_dict


def test_steps_must_be_in_order(in_acme: Tenant) -> None:
    with pytest.raises(ValidationError) as refused:
        make_cadence(make_step(3), make_step(1))
    assert "1.offset_days" in refused.value.message_dict
