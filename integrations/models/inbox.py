from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from accounts.tenancy.models import TenantModel


class InboxPost(TenantModel):
    """A post of the event stream as it came, kept until its events are stored. Its commit is what the 200 promises."""

    call = models.CharField(max_length=8)  # batch, import, or the one type of event that the address names
    body = models.TextField()
    size = models.IntegerField()
    received_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "integrations_inbox"

    def __str__(self) -> str:
        return f"{self.call} {self.received_at:%Y-%m-%d %H:%M:%S}"
