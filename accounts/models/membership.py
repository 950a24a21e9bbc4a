from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from accounts.models.choices import Role
from accounts.querysets import InvitationQuerySet, MembershipQuerySet
from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.managers import tenant_manager
from accounts.tenancy.models import TenantModel


class Membership(TenantModel):
    """What one person is to one tenant."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    title = models.CharField(max_length=100, blank=True)
    joined_at = models.DateTimeField(default=now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = tenant_manager(MembershipQuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="membership_once")]
        indexes = [models.Index(fields=["user"], name="membership_of_user")]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(TenantModel):
    """An offer of a role by e-mail. Only the hash of its token is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=12, choices=Role.choices)
    token_hash = models.CharField(max_length=64)
    invited_by = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = tenant_manager(InvitationQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "token_hash"], name="invitation_token"),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email
