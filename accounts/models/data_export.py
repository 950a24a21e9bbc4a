from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.models import TenantModel


class DataExport(TenantModel):
    """Everything a tenant owns, as one ZIP file, kept for a day."""

    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)
    progress = models.SmallIntegerField(default=0)  # per cent
    size = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)  # rows by table

    class Meta:
        indexes = [models.Index(fields=["tenant", "-created_at"], name="data_export_newest")]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"


class ExportPart(TenantModel):
    """A stretch of the file. In the database, because web and workers share nothing else."""

    export = TenantForeignKey(DataExport, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "export", "number"], name="export_part_once")]

    def __str__(self) -> str:
        return f"{self.export_id} {self.number}"
