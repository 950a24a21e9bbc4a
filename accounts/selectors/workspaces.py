"""The workspaces of one person, across tenants."""

from __future__ import annotations

from dataclasses import dataclass

from django_scopes import scopes_disabled

from accounts.models import Membership, Role, User
from accounts.tenancy.scope import user_scope


@dataclass(frozen=True)
class Workspace:
    slug: str
    name: str
    role: str

    @property
    def url(self) -> str:
        return f"/{self.slug}/"


def workspaces_of(user: User) -> list[Workspace]:
    """Where this person is a member, by name. Row-level security shows no others."""
    with user_scope(user.pk), scopes_disabled():
        memberships = Membership.objects.active().filter(user_id=user.pk).select_related("tenant")
        rows = memberships.order_by("tenant__name", "tenant__slug").values_list("tenant__slug", "tenant__name", "role")
        return [Workspace(slug, name, str(Role(role).label)) for slug, name, role in rows]
