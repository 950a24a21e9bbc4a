"""Two tenants with a row of everything, people of every role, and a promise that nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from django.test import Client
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.services.api_keys import create_api_key
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership, make_tenant, make_user
from tests.tenancy.furnish import fingerprint, furnish

addresses = count(1)


@dataclass(frozen=True)
class Estate:
    ours: Tenant
    theirs: Tenant
    ids: dict[str, UUID]  # of a row of each of their models
    people: dict[Role, User]  # ours, by role
    removed: User

    def fingerprint(self) -> tuple[object, object]:
        return fingerprint(self.ours), fingerprint(self.theirs)

    def key(self, *scopes: str) -> str:
        with tenant_scope(self.ours):
            return create_api_key(name="Key", scopes=list(scopes))[1]


def make_estate() -> Estate:
    ours, theirs = make_tenant(slug="acme", name="Acme"), make_tenant(slug="globex", name="Globex")
    furnish(ours)
    with tenant_scope(ours):
        people = {role: make_membership(make_user(), role).user for role in Role}
        removed = make_membership(make_user(), Role.OWNER, removed_at=timezone.now()).user
    return Estate(ours, theirs, furnish(theirs), people, removed)


def browser(user: User | None = None) -> Client:
    """A client at an address of its own, so that rate limits do not add up."""
    number = next(addresses)
    client = Client(raise_request_exception=False, REMOTE_ADDR=f"10.9.{number >> 8 & 255}.{number & 255}")
    if user:
        client.force_login(user)
    return client
