from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Customer, Membership


class ActivityQuerySet(models.QuerySet[Any]):
    def visible(self) -> Self:
        return self.filter(deleted_at=None)

    def of(self, customer: Customer) -> Self:
        return self.filter(customer=customer)

    def newest_first(self) -> Self:
        return self.order_by("-occurred_at", "-id")


class TaskQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.exclude(done_at=None)

    def of_owner(self, membership: Membership) -> Self:
        return self.filter(owner=membership)

    def due_until(self, day: date) -> Self:
        return self.open().filter(due_on__lte=day)


class CadenceQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.exclude(activated_at=None)


class EnrolmentQuerySet(models.QuerySet[Any]):
    def running(self) -> Self:
        return self.filter(state="active")

    def due(self, at: datetime) -> Self:
        return self.running().filter(next_at__lte=at)

    def newest_first(self) -> Self:
        return self.order_by("-enrolled_at", "-id")


class MessageQuerySet(models.QuerySet[Any]):
    def in_state(self, *states: str) -> Self:
        return self.filter(state__in=states)

    def claimed_by(self, message: Any) -> Self:
        """The row while this attempt still holds it."""
        return self.filter(pk=message.pk, state="claimed", attempts=message.attempts)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")
