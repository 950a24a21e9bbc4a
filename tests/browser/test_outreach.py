from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from engagement.models import Message
from engagement.services import enrolments
from engagement.services.suppressions import suppress
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_contact, make_customer, make_membership
from tests.factories.engagement import make_cadence, make_message, make_step

pytestmark = pytest.mark.browser
BODY = "Hello {{ contact.first_name | there }},\n\n- one\n- **two**\n\n[Start now](https://acme.example/start)"
TEXTS = {"en": {"subject": "Welcome to Acme", "body": BODY}, "pl": {"subject": "Witaj w Acme", "body": BODY}}


@pytest.fixture
def outreach(acme: Tenant, visitor: Visitor) -> dict[str, str]:
    """Addresses of pages that need a cadence, a step or a mail."""
    with tenant_scope(acme):
        visitor.log_in(make_membership(role="admin").user)
        cadence = make_cadence(make_step(0, texts=TEXTS), make_step(7, texts=TEXTS), name="Welcome")
        make_contact(make_customer(signed_up_on=acme.today()), name="Ann Lee")
        enrolments.enrol()
        suppress("gone@customer.example", "bounced", "550 no such user")  # type: ignore[arg-type]
        mail = make_message()
        Message.objects.update(state="unsure", error="SMTPServerDisconnected")
        step = cadence.steps.first()
    names = {"cadence": cadence.pk, "cadence_edit": cadence.pk, "step_preview": step.pk, "message": mail.pk}
    found = {name: reverse(name, args=["acme", pk]) for name, pk in names.items()}
    return found | {name: reverse(name, args=["acme"]) for name in ("cadence_list", "outbox", "suppressions")}


@pytest.mark.parametrize(
    "name", ["cadence_list", "cadence", "cadence_edit", "step_preview", "outbox", "message", "suppressions"]
)
def test_page(visitor: Visitor, outreach: dict[str, str], name: str) -> None:
    visitor.walk(outreach[name], name)


def test_preview_shows_the_mail(visitor: Visitor, outreach: dict[str, str]) -> None:
    page = visitor.open(outreach["step_preview"] + "?language=pl")
    mail = page.frame_locator("iframe.pn-mail")
    assert mail.get_by_role("link", name="Start now").is_visible()
    assert page.get_by_role("heading", name="Witaj w Acme").is_visible()


def test_unsure_mail_is_settled_after_asking(visitor: Visitor, outreach: dict[str, str], acme: Tenant) -> None:
    page = visitor.open(outreach["message"])
    page.get_by_role("button", name="It was sent").click()
    page.locator("#confirm").get_by_role("button", name="It was sent").click()
    page.get_by_text("Noted as sent.").wait_for()
    with tenant_scope(acme):
        assert Message.objects.get().state == "sent"
