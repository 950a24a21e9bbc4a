from __future__ import annotations

from django.db import models

from accounts.tenancy.models import TenantModel


class RevenueLedger(TenantModel):
    """What the tenant's ledger of movements was last computed from.

    The lines themselves are `churn_movement` and their monthly sums `churn_month`: plain SQL, written by
    `churn.services.ledger` alone.
    """

    definition_version = models.CharField(max_length=20)
    inputs_hash = models.CharField(max_length=32)  # of currency, time zone and policy switches
    excluded_test_customers = models.IntegerField(default=0)
    computed_at = models.DateTimeField()
    rebuilt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="revenue_ledger_once")]

    def __str__(self) -> str:
        return self.definition_version
