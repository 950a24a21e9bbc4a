from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiKey, Customer, Tenant
from accounts.services.api_keys import revoke_api_key
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller


@pytest.mark.parametrize("secret", ["", "prk_", "prk_1_" + "x" * 43, "prk_zzzzzzzzzzzzz_" + "x" * 43, "ü" * 50])
def test_unknown_key_is_refused(acme: Tenant, secret: str) -> None:
    caller = Caller(secret.encode().decode("latin-1"))
    response = caller.call("GET", "/customers")
    assert (caller.status, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_key_of_one_tenant_with_the_number_of_another(acme: Tenant, globex: Tenant) -> None:
    secret = make_caller(acme).secret
    forged = "_".join(["prk", make_caller(globex).secret.split("_")[1], secret.split("_", 2)[2]])
    caller = Caller(forged)
    caller.get("/customers")
    assert caller.status == 401


def test_expired_and_revoked_keys_are_refused(acme: Tenant) -> None:
    expired = make_caller(acme, expires_at=timezone.now() - timedelta(seconds=1))
    expired.get("/customers")
    revoked = make_caller(acme)
    with tenant_scope(acme):
        revoke_api_key(ApiKey.objects.order_by("created_at").last())
    revoked.get("/customers")
    assert (expired.status, revoked.status) == (401, 401)


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("read", 200, 403), ("write", 200, 201), ("ingest", 403, 403), ("admin", 200, 201)],
)
def test_scopes(acme: Tenant, scope: str, reads: int, writes: int) -> None:
    caller = make_caller(acme, scope)
    caller.get("/customers")
    read = caller.status
    caller.post("/customers", {"name": "Nordlys"})
    assert (read, caller.status) == (reads, writes)
    with tenant_scope(acme):
        assert Customer.objects.exists() == (writes == 201)


def test_use_is_noted_at_most_once_a_minute(acme: Tenant, api: Caller) -> None:
    api.get("/customers")
    with tenant_scope(acme):
        first = ApiKey.objects.get().last_used_at
    api.get("/customers")
    with tenant_scope(acme):
        assert first is not None
        assert ApiKey.objects.get().last_used_at == first
