"""What each role may do. A page, an action or a form asks for a permission, never for a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models.choices import Role

if TYPE_CHECKING:
    from accounts.models import Membership

EVERYBODY = frozenset(Role)
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
CUSTOMER_FACING = ADMINS | {Role.CSM, Role.SUPPORT}
SUCCESS = ADMINS | {Role.CSM}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "customers.read": EVERYBODY,
    "customers.write": SUCCESS,
    "customers.import": SUCCESS,
    "customers.export": SUCCESS,
    "notes.write": CUSTOMER_FACING,
    "tasks.write": CUSTOMER_FACING,
    "revenue.read": SUCCESS | {Role.VIEWER},
    "health.read": EVERYBODY,
    "health.override": SUCCESS,
    "outreach.write": SUCCESS,
    "content.write": ADMINS | {Role.AUTHOR},
    "settings.read": ADMINS,
    "settings.write": ADMINS,
    "team.read": EVERYBODY,
    "team.write": ADMINS,
    "keys.write": ADMINS,
    "audit.read": ADMINS,
    "tenant.delete": frozenset({Role.OWNER}),
}


def can(membership: Membership, permission: str) -> bool:
    """Whether this member may; an unknown permission is a programming error."""
    return membership.removed_at is None and Role(membership.role) in PERMISSIONS[permission]
