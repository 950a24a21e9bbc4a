from __future__ import annotations

import re
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import Invitation, Membership, Role, Tenant, User
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_tenant, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough phrase"
COMPANY = {"your_name": "Nina North", "name": "North Łódź AS", "slug": "", "timezone": "Europe/Oslo", "currency": "NOK"}


@pytest.fixture
def email() -> str:
    """A new address each time: mails to one are rate-limited."""
    return f"nina-{uuid4().hex}@north.example"


def sign_up(client: Client, email: str) -> str:
    """Page one; the code from the mail."""
    answer = client.post("/account/signup/", {"email": email, "password1": PASSWORD})
    assert answer.status_code == 302, answer.context["form"].errors
    found = re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[0]


def verified(client: Client, email: str) -> User:
    client.post("/account/confirm-email/", {"code": sign_up(client, email)})
    return User.objects.get(email=email)


def test_three_pages_lead_to_a_workspace_with_steps(client: Client, email: str) -> None:
    assert client.get("/sign-up/", follow=True).status_code == 200
    answer = client.post("/account/confirm-email/", {"code": sign_up(client, email)}, follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-up/company/"
    answer = client.post("/sign-up/company/", COMPANY, follow=True)
    assert answer.redirect_chain[-1][0] == "/north-lodz-as/welcome/invite/"
    answer = client.post("/north-lodz-as/welcome/invite/", {"addresses": "a@north.example", "role": "csm"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/north-lodz-as/welcome/"
    with tenant_scope(Tenant.objects.get()):
        assert Membership.objects.get().role == Role.OWNER and Invitation.objects.get().email == "a@north.example"


def test_nothing_happens_before_the_address_is_proven(client: Client, email: str) -> None:
    sign_up(client, email)
    assert client.get("/sign-up/company/").status_code == 302
    assert not EmailAddress.objects.get().verified


def test_wrong_code_does_not_pass(client: Client, email: str) -> None:
    sign_up(client, email)
    answer = client.post("/account/confirm-email/", {"code": "WRONG1"})
    assert answer.status_code == 200 and answer.context["form"].errors


def test_coming_back_later_goes_on_where_it_stopped(client: Client, email: str) -> None:
    client.force_login(verified(client, email))
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/sign-up/company/"


def test_known_address_gets_the_same_answer_and_another_mail(client: Client, email: str) -> None:
    make_user(email=email)
    answer = client.post("/account/signup/", {"email": email, "password1": PASSWORD})
    fresh = Client(REMOTE_ADDR="10.200.0.1").post("/account/signup/", {"email": "n@n.example", "password1": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (fresh.status_code, fresh["Location"])
    assert User.objects.count() == 2 and len(mail.outbox) == 2


def test_language_of_the_page_becomes_the_persons(client: Client, email: str) -> None:
    client.post("/account/signup/", {"email": email, "password1": PASSWORD}, headers={"Accept-Language": "pl"})
    assert User.objects.get().language == "pl"


def test_zone_and_currency_are_guessed_from_the_browser(client: Client) -> None:
    client.force_login(make_user())
    form = client.get("/sign-up/company/", headers={"Accept-Language": "nb-NO,nb;q=0.9"}).context["form"]
    assert (form["timezone"].initial, form["currency"].initial) == ("Europe/Oslo", "NOK")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "N\x00"),
        ("name", "x" * 101),
        ("slug", "api"),
        ("slug", "taken"),
        ("slug", "Nope!"),
        ("timezone", "Mars/Olympus"),
        ("currency", "XXQ"),
        ("your_name", ""),
    ],
)
def test_bad_company_names_the_field_and_makes_nothing(client: Client, field: str, value: str) -> None:
    make_tenant(slug="taken")
    client.force_login(make_user())
    answer = client.post("/sign-up/company/", {**COMPANY, field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert Tenant.objects.count() == 1


def test_second_workspace_of_the_same_name_gets_a_number(client: Client) -> None:
    client.force_login(make_user())
    client.post("/sign-up/company/", COMPANY)
    client.post("/sign-up/company/", COMPANY)
    assert list(Tenant.objects.order_by("pk").values_list("slug", flat=True)) == ["north-lodz-as", "north-lodz-as-2"]
