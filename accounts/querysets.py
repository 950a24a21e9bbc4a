"""Business words for filters; each returns a queryset, so that they chain."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import Membership


class MembershipQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(removed_at=None)

    def with_role(self, *roles: str) -> Self:
        return self.active().filter(role__in=roles)

    def by_email(self, email: str) -> Self:
        return self.active().filter(user__email=email.strip().lower())


class InvitationQuerySet(models.QuerySet[Any]):
    def open(self, at: datetime) -> Self:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class ApiKeyQuerySet(models.QuerySet[Any]):
    def usable(self, at: datetime) -> Self:
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class CustomerQuerySet(models.QuerySet[Any]):
    def counted(self) -> Self:
        """Without internal, demo and test accounts (METRICS.md C10)."""
        return self.filter(is_test=False)

    def of(self, membership: Membership) -> Self:
        return self.filter(csm=membership)

    def current(self) -> Self:
        return self.exclude(stage="churned")


class ContactQuerySet(models.QuerySet[Any]):
    def reachable(self) -> Self:
        return self.exclude(email="").filter(mail_state__in=["ok", "soft_bounced"])


class SubscriptionQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> Self:
        """Started and not yet ended on this local day, whatever the status."""
        return self.filter(started_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))
