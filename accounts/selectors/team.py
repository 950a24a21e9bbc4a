"""The team page: who is here, who is invited, and what may be done with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Customer, Invitation, Membership, Role


@dataclass(frozen=True)
class Member:
    id: UUID
    name: str
    email: str
    title: str
    role: str
    role_label: str
    joined_at: datetime
    last_login: datetime | None
    customers: int
    is_me: bool
    may_change: bool
    may_own: bool


@dataclass(frozen=True)
class OpenInvitation:
    id: UUID
    email: str
    role_label: str
    invited_by: str
    expires_at: datetime
    is_expired: bool


def team(me: Membership) -> list[Member]:
    """Members in the order of their joining, with the number of customers each looks after."""
    counts = Customer.objects.filter(csm=OuterRef("pk")).order_by().values("csm").annotate(n=Count("pk")).values("n")
    rows = Membership.objects.active().select_related("user").annotate(looks_after=Coalesce(Subquery(counts), 0))
    return [_member(row, me) for row in rows.order_by("joined_at", "pk")]


def open_invitations() -> list[OpenInvitation]:
    """Neither accepted nor revoked; expired ones stay in sight until they are sent anew or revoked."""
    now = timezone.now()
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("invited_by__user")
    return [
        OpenInvitation(
            id=row.pk,
            email=row.email,
            role_label=row.get_role_display(),
            invited_by=str(row.invited_by or ""),
            expires_at=row.expires_at,
            is_expired=row.expires_at <= now,
        )
        for row in rows.order_by("email")
    ]


def assignable_roles(me: Membership) -> list[tuple[str, str]]:
    """The roles this member may give: only owners make owners."""
    return [(role, str(label)) for role, label in Role.choices if me.role == Role.OWNER or role != Role.OWNER]


def _member(row: Membership, me: Membership) -> Member:
    reachable = me.role == Role.OWNER or row.role != Role.OWNER
    return Member(
        id=row.pk,
        name=row.user.get_full_name(),
        email=row.user.email,
        title=row.title,
        role=row.role,
        role_label=row.get_role_display(),
        joined_at=row.joined_at,
        last_login=row.user.last_login,
        customers=row.looks_after,  # type: ignore[attr-defined]
        is_me=row.pk == me.pk,
        may_change=reachable,
        may_own=me.role == Role.OWNER and row.role != Role.OWNER,
    )
