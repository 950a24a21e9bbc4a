from __future__ import annotations

from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import Tenant
from accounts.services.draining import drain
from accounts.tenancy.scope import tenant_scope
from engagement.models import Cadence, Message
from tests.factories.api import Caller, make_caller
from tests.factories.engagement import make_message
from tests.mail.server import MailServer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])
STEP = {
    "offset_days": 0,
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "send_from": "00:00",
    "send_to": "23:59",
    "texts": {"en": {"subject": "Hi {{ contact.name }}", "body": "Welcome"}},
}
CADENCE: dict[str, Any] = {"external_id": "welcome", "name": "Welcome", "steps": [STEP]}


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


def test_written_read_and_changed(api: Caller) -> None:
    made = api.post("/cadences", CADENCE)
    assert (api.status, made["is_active"], made["steps"]) == (201, False, [STEP])
    assert api.get("/cadences/external:welcome") == made
    changed = api.patch("/cadences/external:welcome", {"steps": [STEP, {**STEP, "offset_days": 3}], "is_active": True})
    assert ([step["offset_days"] for step in changed["steps"]], changed["is_active"]) == ([0, 3], True)
    assert not api.patch("/cadences/external:welcome", {"is_active": False})["is_active"]


def test_bulk_is_repeatable(api: Caller) -> None:
    assert api.bulk("cadences", CADENCE)["created"] == 1
    assert api.bulk("cadences", CADENCE)["unchanged"] == 1
    assert api.bulk("cadences", {**CADENCE, "steps": [{**STEP, "offset_days": 1}]})["updated"] == 1


def test_customer_by_api_gets_the_mail(api: Caller, acme: Tenant, mail_server: MailServer) -> None:
    api.post("/cadences", {**CADENCE, "is_active": True})
    api.post("/customers", {"external_id": "c", "name": "Customer", "signed_up_on": str(acme.today())})
    api.post("/contacts", {"external_id": "p", "customer": "external:c", "email": "ann@c.example", "name": "Ann"})
    drain(20)
    assert [mail["Subject"] for mail in mail_server.mails] == ["Hi Ann"]
    (enrolment,) = api.get("/cadences/external:welcome/enrolments")["data"]
    assert enrolment["state"] == "finished"
    (mail,) = api.get("/mails?state=sent")["data"]
    assert (mail["to_email"], mail["transport"]) == ("ann@c.example", "smtp")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"trigger": "event"}, "/event"),
        ({"steps": []}, "/steps"),
        ({"steps": [{**STEP, "send_to": "25:00"}]}, "/steps/0/send_to"),
        ({"steps": [{**STEP, "send_from": "10:00", "send_to": "09:00"}]}, "/steps/0/send_to"),
        ({"steps": [{**STEP, "weekdays": [0]}]}, "/steps/0/weekdays/0"),
        ({"steps": [{**STEP, "texts": {}}]}, "/steps/0/texts"),
        ({"steps": [{**STEP, "texts": {"de": {"subject": "x", "body": "y"}}}]}, "/steps/0/texts/de"),
        ({"steps": [{**STEP, "texts": {"en": {"subject": "x"}}}]}, "/steps/0/texts/en/body"),
        ({"steps": [{**STEP, "texts": {"en": {"subject": "{{ a.b }}", "body": "y"}}}]}, "/steps/0/texts/en/subject"),
        ({"category": "account"}, "/category"),
    ],
)
def test_wrong_ones_are_refused_by_name(api: Caller, acme: Tenant, change: dict[str, Any], pointer: str) -> None:
    api.post("/cadences", {**CADENCE, **change})
    assert (api.status, list(api.codes())) == (422, [pointer])
    with tenant_scope(acme):
        assert not Cadence.objects.exists()


def test_stranger_sees_nothing(api: Caller, globex: Tenant) -> None:
    made, stranger = api.post("/cadences", CADENCE), make_caller(globex)
    for path in (f"/cadences/{made['id']}", f"/cadences/{made['id']}/enrolments", "/cadences/external:welcome"):
        stranger.get(path)
        assert stranger.status == 404
    assert stranger.get("/cadences")["data"] == []


def test_unsure_mail_is_settled_once(api: Caller, acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        mail = make_message()
        Message.objects.update(state="unsure", attempts=1, asked_at=now())
    stranger = make_caller(globex)
    stranger.post(f"/mails/{mail.pk}/resolution", {"as": "again"})
    assert stranger.status == 404
    assert api.post(f"/mails/{mail.pk}/resolution", {"as": "sent"})["state"] == "sent"
    api.post(f"/mails/{mail.pk}/resolution", {"as": "again"})
    assert api.status == 409
