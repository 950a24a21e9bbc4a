from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Job, Membership, Role, Tenant, User
from accounts.services.invitation_mail import mail_invitation
from accounts.services.invitations import addresses_in, invite, resend, revoke, token_of
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership, make_user

pytestmark = pytest.mark.django_db

NEW = {"name": "Nina North", "password": "a long enough phrase"}


@pytest.fixture
def owner(acme: Tenant) -> Any:
    with tenant_scope(acme):
        return make_membership(make_user(name="Olga Nowak"), Role.OWNER)


@pytest.fixture
def invited(acme: Tenant, owner: Any) -> str:
    """An open invitation's address."""
    email = f"nina-{uuid4().hex[:8]}@north.example"
    with tenant_scope(acme):
        invite([email], role=Role.CSM, by=owner)
    return email


def link(tenant: Tenant) -> str:
    with tenant_scope(tenant):
        return f"/{tenant.slug}/join/{token_of(Invitation.objects.latest('created_at'))}/"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "a@x.example, b@x.example;c@x.example\nd@x.example",
            ["a@x.example", "b@x.example", "c@x.example", "d@x.example"],
        ),
        ('"Nina, North" <Nina@X.example>, Ola <ola@x.example>', ["nina@x.example", "ola@x.example"]),
        ("a@x.example A@X.EXAMPLE", ["a@x.example"]),
        ("nonsense", ["nonsense"]),
        ("  ,; \n ", []),
    ],
)
def test_addresses_are_found_in_pasted_text(text: str, found: list[str]) -> None:
    assert [email for email in addresses_in(text) if email not in ("nina", "north")] == found


def test_good_addresses_go_out_and_bad_ones_say_why(acme: Tenant, owner: Any, invited: str) -> None:
    with tenant_scope(acme):
        outcome = invite(["ok@x.example", "nonsense", owner.user.email, invited], role=Role.VIEWER, by=owner)
        assert outcome.sent == ["ok@x.example"]
        assert [email for email, _reason in outcome.refused] == ["nonsense", owner.user.email, invited]
        assert Invitation.objects.count() == 2


def test_admin_cannot_invite_an_owner(acme: Tenant, owner: Any) -> None:
    with tenant_scope(acme), pytest.raises(PermissionDenied):
        invite(["x@x.example"], role=Role.OWNER, by=make_membership(role=Role.ADMIN))


def test_mail_carries_the_link_and_repeats_under_the_same_id(acme: Tenant, invited: str) -> None:
    with tenant_scope(acme):
        job = Job.objects.select_related("tenant").get(kind="accounts.mail_invitation")
    mail_invitation(job)
    mail_invitation(job)
    first, second = mail.outbox
    assert link(acme) in first.body and "Olga Nowak" in first.body and first.to == [invited]
    assert first.extra_headers == second.extra_headers


def test_no_mail_for_what_is_no_longer_open(acme: Tenant, invited: str) -> None:
    with tenant_scope(acme):
        job = Job.objects.select_related("tenant").get(kind="accounts.mail_invitation")
        revoke(Invitation.objects.get())
    mail_invitation(job)
    assert mail.outbox == []


def test_database_holds_no_token(acme: Tenant, invited: str) -> None:
    with tenant_scope(acme):
        invitation = Invitation.objects.get()
        held = [str(value) for value in Invitation.objects.values_list().get()]
        held += [str(job.payload) + job.key for job in Job.objects.all()]
        assert all(token_of(invitation) not in text for text in held)


def test_new_person_joins_with_a_name_and_a_password(client: Client, acme: Tenant, invited: str) -> None:
    assert client.get(link(acme)).status_code == 200
    answer = client.post(link(acme), NEW)
    assert answer["Location"] == "/acme/" and client.get("/acme/").status_code == 200
    with tenant_scope(acme):
        joined = Membership.objects.get(user__email=invited)
        entry = AuditEntry.objects.get(action="member.joined", object_id=str(joined.pk))
    assert joined.role == Role.CSM and entry.actor_label == invited


def test_link_works_once(client: Client, acme: Tenant, invited: str) -> None:
    url = link(acme)
    client.post(url, NEW)
    answer = Client(REMOTE_ADDR="10.77.0.1").post(url, NEW)
    assert answer.status_code == 404 and User.objects.filter(email=invited).count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("password", "short"), ("password", "1234567890"), ("name", "N\x00")]
)
def test_bad_input_names_the_field_and_joins_nobody(
    client: Client, acme: Tenant, invited: str, field: str, value: str
) -> None:
    answer = client.post(link(acme), {**NEW, field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not User.objects.filter(email=invited).exists()


def test_known_person_logs_in_and_joins_with_a_button(client: Client, acme: Tenant, invited: str) -> None:
    person = make_user(email=invited)
    assert client.get(link(acme))["Location"].startswith("/account/login/?next=/acme/join/")
    client.force_login(person)
    assert client.post(link(acme))["Location"] == "/acme/"
    with tenant_scope(acme):
        assert Membership.objects.filter(user=person).exists()


def test_somebody_else_who_is_logged_in_does_not_join(client: Client, acme: Tenant, invited: str) -> None:
    client.force_login(make_user())
    assert client.post(link(acme)).status_code == 403
    with tenant_scope(acme):
        assert Membership.objects.count() == 1


@pytest.mark.parametrize("how", ["revoked", "expired", "resent", "other tenant", "nonsense"])
def test_link_that_is_no_longer_good_is_a_404(
    client: Client, acme: Tenant, globex: Tenant, owner: Any, invited: str, how: str
) -> None:
    url = link(acme)
    with tenant_scope(acme):
        row = Invitation.objects.get()
        if how == "revoked":
            revoke(row)
        elif how == "expired":
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        elif how == "resent":
            resend(row, by=owner)
    url = {"other tenant": url.replace("acme", "globex"), "nonsense": "/acme/join/nonsense/"}.get(how, url)
    assert client.get(url).status_code == client.post(url, NEW).status_code == 404
    assert not User.objects.filter(email=invited).exists()


def test_resent_link_is_good_for_fourteen_more_days(client: Client, acme: Tenant, owner: Any, invited: str) -> None:
    with tenant_scope(acme):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(days=30))
        resend(Invitation.objects.get(), by=owner)
        assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=13)
    assert client.get(link(acme)).status_code == 200


def test_person_who_left_comes_back_with_the_new_role(client: Client, acme: Tenant, invited: str) -> None:
    person = make_user(email=invited)
    with tenant_scope(acme):
        make_membership(person, Role.VIEWER, removed_at=timezone.now())
    client.force_login(person)
    client.post(link(acme))
    with tenant_scope(acme):
        back = Membership.objects.get(user=person)
    assert back.removed_at is None and back.role == Role.CSM


def test_page_invites_many_and_shows_what_failed(client: Client, acme: Tenant, owner: Any) -> None:
    client.force_login(owner.user)
    answer = client.post("/acme/settings/team/", {"addresses": "a@x.example nonsense b@x.example", "role": "csm"})
    assert answer.status_code == 200 and b"nonsense" in answer.content
    with tenant_scope(acme):
        assert set(Invitation.objects.values_list("email", flat=True)) == {"a@x.example", "b@x.example"}
