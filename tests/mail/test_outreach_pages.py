from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership, Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Cadence, Enrolment, Message, Suppression
from engagement.services import enrolments
from engagement.services.delivery import deliver
from tests.factories.accounts import make_contact, make_customer, make_membership
from tests.factories.engagement import make_cadence, make_message

pytestmark = pytest.mark.django_db(transaction=True)
STEP = {"offset_days": "0", "weekdays": ["1", "2"], "send_from": "09:00", "send_to": "16:00"}
WORDS = {"subject_en": "Hi {{ contact.name }}", "body_en": "Welcome", "subject_pl": "Cześć", "body_pl": "Witaj"}
SETTINGS = {"name": "Welcome", "category": "onboarding", "trigger": "signed_up", "stop_on_churn": "on"}


@pytest.fixture
def csm(acme: Tenant, client: Client) -> Membership:
    """Logged in."""
    with tenant_scope(acme):
        member = make_membership()
    client.force_login(member.user)
    return member


def posted(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {**SETTINGS, "steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0, **fields}
    for number, step in enumerate(steps):
        data |= {f"steps-{number}-{name}": value for name, value in step.items()}
    return data


def test_cadence_is_written_started_and_paused(acme: Tenant, csm: Membership, client: Client) -> None:
    assert client.get("/acme/outreach/new/").status_code == 200
    made = client.post("/acme/outreach/new/", posted({**STEP, **WORDS}, {**STEP, **WORDS, "offset_days": "3"}))
    assert made.status_code == 302
    page = made["Location"]
    with tenant_scope(acme):
        steps = Cadence.objects.get().written_steps
    assert [step["offset_days"] for step in steps] == [0, 3]
    assert steps[0]["texts"]["pl"] == {"subject": "Cześć", "body": "Witaj"}
    for action, active in (("activate", True), ("pause", False)):
        client.post(f"{page}{action}/")
        with tenant_scope(acme):
            assert Cadence.objects.get().is_active is active
    for path in ("/acme/outreach/", page, f"{page}edit/"):
        assert client.get(path).status_code == 200
    with tenant_scope(acme):
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"cadence.created", "cadence.steps_changed", "cadence.activated", "cadence.paused"}


def test_edited_steps_keep_their_identity(acme: Tenant, csm: Membership, client: Client) -> None:
    with tenant_scope(acme):
        cadence = make_cadence(active=False)
        (step,) = cadence.steps.all()
    data = posted({**STEP, **WORDS, "offset_days": "5", "id": str(step.pk)}, {**STEP, **WORDS, "offset_days": "1"})
    assert client.post(f"/acme/outreach/{cadence.pk}/edit/", data).status_code == 302
    with tenant_scope(acme):
        assert [(each.position, each.offset_days, each.pk == step.pk) for each in cadence.steps.all()] == [
            (1, 1, False), (2, 5, True),
        ]  # fmt: skip


def test_another_step_saves_nothing(acme: Tenant, csm: Membership, client: Client) -> None:
    page = client.post("/acme/outreach/new/", posted({**STEP, **WORDS}, add="1"))
    assert page.status_code == 200
    assert b'name="steps-1-subject_en"' in page.content
    assert "Cześć" in page.content.decode()
    with tenant_scope(acme):
        assert not Cadence.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps-0-send_to": "08:00"}, "Must be later than the start."),
        ({"steps-0-body_en": "{{ contact.password }}"}, "no merge field"),
        ({"steps-0-body_pl": ""}, "needs both"),
        ({"steps-0-offset_days": "99999999999999999999"}, "within ten years"),
        ({"trigger": "event"}, "which event"),
        ({"name": ""}, "required"),
        ({"steps-TOTAL_FORMS": "0"}, "at least one step"),
        ({"steps-TOTAL_FORMS": "x"}, "at least one step"),
    ],
)
def test_what_is_wrong_is_said(
    acme: Tenant, csm: Membership, client: Client, change: dict[str, str], words: str
) -> None:
    page = client.post("/acme/outreach/new/", posted({**STEP, **WORDS}) | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    with tenant_scope(acme):
        assert not Cadence.objects.exists()


def test_preview_in_each_language(acme: Tenant, csm: Membership, client: Client) -> None:
    texts = {code: {"subject": f"S {code}", "body": f"B {code} {{{{ contact.name }}}}"} for code in ("en", "pl")}
    with tenant_scope(acme):
        make_contact(name="<b>Ann</b>")
        (step,) = make_cadence(active=False).steps.all()
        step.texts = texts
        step.save()
    assert "S pl" in client.get(f"/acme/outreach/steps/{step.pk}/?language=pl").content.decode()
    mail = client.get(f"/acme/outreach/steps/{step.pk}/mail/?language=pl")
    html = mail.content.decode()
    assert "B pl" in html
    assert "<b>Ann" not in html
    assert "sandbox" in mail["Content-Security-Policy"]
    assert "script-src 'none'" in mail["Content-Security-Policy"]
    assert mail["X-Frame-Options"] == "SAMEORIGIN"


def test_test_mail_goes_to_oneself(acme: Tenant, csm: Membership, client: Client) -> None:
    with tenant_scope(acme):
        (step,) = make_cadence(active=False).steps.all()
    client.post(f"/acme/outreach/steps/{step.pk}/test/", {"language": "en"})
    with tenant_scope(acme):
        mail = Message.objects.get()
    assert (mail.to_email, mail.is_test, mail.contact_id) == (csm.user.email, True, None)


def test_enrolment_is_stopped_by_hand(acme: Tenant, csm: Membership, client: Client) -> None:
    with tenant_scope(acme):
        cadence = make_cadence()
        make_contact(make_customer(signed_up_on=acme.today()))
        enrolments.enrol()
        enrolment = Enrolment.objects.get()
    assert "Running" in client.get(f"/acme/outreach/{cadence.pk}/").content.decode()
    client.post(f"/acme/outreach/enrolments/{enrolment.pk}/stop/")
    with tenant_scope(acme):
        assert Enrolment.objects.get().stop_reason == "stopped"


@pytest.mark.parametrize(("decision", "state"), [("sent", "sent"), ("again", "due"), ("discard", "dead")])
def test_unsure_mail_is_decided(acme: Tenant, csm: Membership, client: Client, decision: str, state: str) -> None:
    with tenant_scope(acme):
        mail = make_message()
        Message.objects.update(state="unsure")
    page = client.get(f"/acme/outreach/outbox/{mail.pk}/").content.decode()
    assert f"{mail.pk}@" in page
    assert "may or may not" in client.get("/acme/outreach/outbox/").content.decode()
    for _ in range(2):
        client.post(f"/acme/outreach/outbox/{mail.pk}/resolve/", {"as": decision})
    with tenant_scope(acme):
        assert Message.objects.get().state == state


def test_captured_mail_is_labelled_and_kept(
    acme: Tenant, csm: Membership, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "engagement.channels.capture.EmailBackend"
    settings.MAIL_CAPTURE_FOLDER = tmp_path
    with tenant_scope(acme):
        mail = make_message()
    deliver(acme, mail.pk)
    page = client.get("/acme/outreach/outbox/?state=sent").content.decode()
    assert "Captured, not sent" in page
    file = client.get(f"/acme/outreach/outbox/{mail.pk}/file/")
    assert b"Subject: Hello" in b"".join(file.streaming_content)  # type: ignore[arg-type]


def test_address_is_blocked_and_unblocked(acme: Tenant, csm: Membership, client: Client) -> None:
    client.post("/acme/outreach/blocked/", {"email": "Ann@customer.example"})
    with tenant_scope(acme):
        blocked = Suppression.objects.get(email="ann@customer.example")
    assert "ann@customer.example" in client.get("/acme/outreach/blocked/").content.decode()
    client.post(f"/acme/outreach/blocked/{blocked.pk}/lift/")
    with tenant_scope(acme):
        assert not Suppression.objects.exists()


def test_viewer_reads_and_changes_nothing(acme: Tenant, client: Client) -> None:
    with tenant_scope(acme):
        client.force_login(make_membership(role="viewer").user)
        cadence = make_cadence(active=False)
    assert client.get(f"/acme/outreach/{cadence.pk}/").status_code == 200
    assert client.get("/acme/outreach/outbox/").status_code == 403
    assert client.post(f"/acme/outreach/{cadence.pk}/activate/").status_code == 403
