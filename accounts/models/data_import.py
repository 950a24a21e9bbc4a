from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.fields import TenantForeignKey
from accounts.tenancy.models import TenantModel


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Importing")
    APPLIED = "applied", _("Imported")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")


class RowStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    CREATED = "created", _("New")
    UPDATED = "updated", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    FAILED = "failed", _("Refused")
    UNDONE = "undone", _("Taken back")
    KEPT = "kept", _("Kept")


class DataImport(TenantModel):
    """A file that somebody brings in: read once, checked as often as the columns change, applied, perhaps undone.

    `mapping` names a field of the API for each column, "" for none; `position` is the last row that is done.
    """

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.CHECKING)
    file_name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    header = models.JSONField()
    mapping = models.JSONField()
    counts = models.JSONField(default=dict)
    rows_total = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    created_by = TenantForeignKey("accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name


class ImportRow(TenantModel):
    """One line of the file, what became of it, and what it takes to undo that."""

    data_import = TenantForeignKey(DataImport, on_delete=models.CASCADE, related_name="rows")
    number = models.IntegerField()
    cells = models.JSONField()
    status = models.CharField(max_length=9, choices=RowStatus.choices, default=RowStatus.WAITING)
    is_readable = models.BooleanField(default=True)
    errors = models.JSONField(default=list)
    object_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    stamp = models.DateTimeField(null=True)  # updated_at of the object when this row had been applied

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "data_import", "number"], name="import_row_once"),
        ]
        indexes = [models.Index(fields=["tenant", "data_import", "status", "number"], name="import_row_by_status")]

    def __str__(self) -> str:
        return f"{self.data_import_id} {self.number}"
