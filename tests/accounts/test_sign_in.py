from __future__ import annotations

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory

from accounts.client_address import client_address
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough phrase"


@pytest.fixture
def email() -> str:
    return f"olga-{uuid4().hex}@acme.example"


@pytest.mark.parametrize("url", ["/account/login/code/", "/account/password/reset/"])
def test_known_and_unknown_addresses_are_answered_alike(client: Client, email: str, url: str) -> None:
    make_user(email=email, password=PASSWORD)
    known = client.post(url, {"email": email})
    unknown = Client(REMOTE_ADDR="10.88.0.1").post(url, {"email": f"x{email}"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[email]]


def test_wrong_password_and_unknown_person_read_alike(client: Client, email: str) -> None:
    make_user(email=email, password=PASSWORD)
    wrong = client.post("/account/login/", {"login": email, "password": "not the phrase"})
    unknown = client.post("/account/login/", {"login": f"x{email}", "password": "not the phrase"})
    assert wrong.context["form"].errors == unknown.context["form"].errors != {}


def test_many_wrong_passwords_are_slowed_down(client: Client, email: str) -> None:
    make_user(email=email, password=PASSWORD)
    for _ in range(12):
        client.post("/account/login/", {"login": email, "password": "not the phrase"})
    answer = client.post("/account/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code in (200, 429) and not client.session.get("_auth_user_id")


def test_other_sessions_are_ended(client: Client, email: str) -> None:
    make_user(email=email, password=PASSWORD)
    other = Client(REMOTE_ADDR="10.88.0.2")
    for browser in (client, other):
        browser.post("/account/login/", {"login": email, "password": PASSWORD})
    assert Session.objects.count() == 2
    client.post("/account/sessions/")
    assert other.get("/account/profile/").status_code == 302 and client.get("/account/profile/").status_code == 200


def test_google_shows_only_when_a_client_is_named(client: Client) -> None:
    assert b"Google" not in client.get("/account/login/").content
    script = (
        "import django; django.setup()\n"
        "from django.test import RequestFactory\n"
        "from django.template.loader import render_to_string\n"
        "print(render_to_string('socialaccount/snippets/login.html', request=RequestFactory().get('/')))"
    )
    named = {
        "GOOGLE_CLIENT_ID": "id",
        "GOOGLE_CLIENT_SECRET": "secret",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | named, cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert "/account/google/login/" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("", "6.6.6.6", None),
    ],
)
def test_address_is_what_trusted_proxies_say(
    settings: pytest.FixtureRequest, peer: str, forwarded: str, found: str | None
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == found
