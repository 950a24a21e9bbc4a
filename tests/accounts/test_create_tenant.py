from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, DomainEvent, Membership, Role, Tenant, User
from accounts.services.api_keys import find_api_key, tenant_of_key
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def run(**options: Any) -> dict[str, Any]:
    out = StringIO()
    defaults = {"slug": "acme", "name": "Acme", "owner_email": "Olga@acme.example"}
    call_command("create_tenant", **{**defaults, **options}, json=True, stdout=out, stderr=StringIO())
    [line] = out.getvalue().splitlines()
    answer: dict[str, Any] = json.loads(line)
    return answer


def test_prints_one_line_with_everything_to_begin() -> None:
    answer = run()
    assert answer["tenant"] == "acme"
    assert User.objects.get(email=answer["owner"]).check_password(answer["password"])
    assert EmailAddress.objects.get(email="olga@acme.example").verified


def test_keys_work_for_the_new_tenant_and_may_do_what_they_say() -> None:
    answer = run()
    tenant = tenant_of_key(answer["api_key"])
    assert tenant == Tenant.objects.get(slug="acme")
    with tenant_scope(tenant):
        assert set(find_api_key(answer["api_key"]).scopes) == {"read", "write", "admin"}
        assert find_api_key(answer["write_key"]).scopes == ["ingest"]


def test_owner_event_and_audit_are_written() -> None:
    run(timezone="Europe/Oslo", currency="nok")
    tenant = Tenant.objects.get(slug="acme")
    assert (tenant.timezone, tenant.currency) == ("Europe/Oslo", "NOK")
    with tenant_scope(tenant):
        assert Membership.objects.get().role == Role.OWNER
        assert DomainEvent.objects.get().kind == "tenant.created"
        assert {"tenant.created", "member.joined", "api_key.created"} <= set(
            AuditEntry.objects.values_list("action", flat=True)
        )


def test_known_person_keeps_the_password() -> None:
    make_user(email="olga@acme.example", password="the password they had")
    assert run()["password"] is None
    assert User.objects.get().check_password("the password they had")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "api"}, "slug"),
        ({"slug": "x" * 51}, "slug"),
        ({"name": " "}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"currency": "XYZZY"}, "currency"),
        ({"owner_email": "nobody"}, "owner-email"),
    ],
)
def test_bad_input_names_the_field_and_leaves_nothing(options: dict[str, str], field: str) -> None:
    with pytest.raises(CommandError, match=field):
        run(**options)
    assert not Tenant.objects.exists() and not User.objects.exists()


def test_taken_slug_is_refused_and_the_new_owner_not_made() -> None:
    run()
    with pytest.raises(CommandError, match="slug"):
        run(owner_email="other@acme.example")
    assert Tenant.objects.count() == User.objects.count() == 1
