from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from django.test import Client

from accounts.models import Membership, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership

numbers = count(1)


@pytest.fixture
def client() -> Client:
    """Each test comes from an address of its own, so that rate limits do not add up between tests."""
    number = next(numbers)
    return Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")


@pytest.fixture
def log_in(acme: Tenant, client: Client) -> Callable[[str], Membership]:
    """Sign a new member of acme in with a role."""

    def signed_in(role: str = Role.CSM) -> Membership:
        with tenant_scope(acme):
            member = make_membership(role=role)
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return member

    return signed_in


@pytest.fixture
def csm(log_in: Callable[[str], Membership]) -> Membership:
    return log_in(Role.CSM)
