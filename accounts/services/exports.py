"""Everything a tenant owns as a ZIP of JSON lines, one file per table, built by a job and kept for a day.

The tables come from the catalogue, so that a new one is never forgotten; row-level security sees to whose rows they
are. Secrets, the queue and the export itself stay out.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import RawIOBase
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.jobs import enqueue, job_handler, recurring, report_progress
from accounts.models import DataExport, ExportPart, Job, Membership
from accounts.services.audit import record_audit
from accounts.tenancy.scope import current_tenant, current_tenant_id, tenant_scope

BUILD = "exports.build"
KEPT = timedelta(hours=24)
PART = 512 * 1024
LEFT_OUT = {"accounts_dataexport", "accounts_exportpart", "accounts_idempotencykey", "accounts_job"}
SECRET = re.compile(r"hash|secret|password|token", re.IGNORECASE)

_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'SELECT')
GROUP BY c.relname HAVING bool_or(a.attname = 'tenant_id') ORDER BY c.relname
"""


def latest_export() -> DataExport | None:
    found: DataExport | None = DataExport.objects.order_by("-created_at", "-pk").first()
    return found


def start_export() -> DataExport:
    """The export that is being built, or a new one."""
    latest = latest_export()
    if latest is not None and latest.finished_at is None and latest.created_at > timezone.now() - KEPT:
        return latest
    made = DataExport.objects.create()
    record_audit("export.requested", made)
    enqueue(BUILD, key=str(made.pk), payload={"export": str(made.pk)})
    return made


def export_file(export: DataExport) -> Iterator[bytes]:
    """The file, part by part; needs the scope open while it is drawn."""
    for number in export.parts.order_by("number").values_list("number", flat=True):
        yield bytes(export.parts.get(number=number).content)


@job_handler(BUILD, opens_own_scopes=True)
def build_export(job: Job) -> dict[str, Any]:
    """One short transaction per table; a second attempt begins anew."""
    with tenant_scope(job.tenant):
        export = DataExport.objects.get(pk=job.payload["export"])
        export.parts.all().delete()
        tables = exported_tables()
    sink, counts = PartSink(export), dict[str, int]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for place, (table, columns) in enumerate(tables.items()):
            with tenant_scope(job.tenant):
                counts[table] = write_table(archive, table, columns)
                sink.store()
                percent = 100 * place // len(tables)
                DataExport.objects.filter(pk=export.pk).update(progress=percent)
                report_progress(job, percent)
        with tenant_scope(job.tenant):
            archive.writestr("tenant.json", json.dumps(about_tenant(), ensure_ascii=False, indent=1))
    with tenant_scope(job.tenant):
        sink.store(everything=True)
        done = {"progress": 100, "finished_at": timezone.now(), "size": sink.size, "counts": counts}
        DataExport.objects.filter(pk=export.pk).update(**done)
    return {"size": sink.size}


@job_handler("exports.forget")
def forget_exports(job: Job) -> None:
    DataExport.objects.filter(created_at__lte=timezone.now() - KEPT).delete()


recurring("exports.forget", hour=4, minute=10)


def exported_tables() -> dict[str, list[str]]:
    """Columns to export by table."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return {
            table: [name for name in columns if name != "tenant_id" and not SECRET.search(name)]
            for table, columns in cursor.fetchall()
            if table not in LEFT_OUT
        }


def write_table(archive: zipfile.ZipFile, table: str, columns: list[str]) -> int:
    """The rows as JSON lines, drawn with a cursor of the server so that memory does not grow with them."""
    names = ", ".join(f'"{name}"' for name in columns)
    rows = 0
    with archive.open(f"{table}.ndjson", "w") as file, connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT row_to_json(t)::text FROM (SELECT {names} FROM "{table}") t')
        for (line,) in cursor:
            file.write(line.encode() + b"\n")
            rows += 1
    return rows


def about_tenant() -> dict[str, Any]:
    tenant = current_tenant()
    names = ("slug", "name", "timezone", "currency", "language", "week_start", "policies")
    team = Membership.objects.select_related("user").order_by("pk")
    return {name: getattr(tenant, name) for name in names} | {
        "team": [
            {"id": str(each.pk), "email": each.user.email, "name": each.user.name, "role": each.role} for each in team
        ]
    }


class PartSink(RawIOBase):
    """A file that only grows, kept in rows of half a megabyte."""

    def __init__(self, export: DataExport) -> None:
        self.export = export
        self.size = 0
        self.number = 0
        self.buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.buffer += data
        self.size += len(data)
        if len(self.buffer) >= 8 * PART and current_tenant_id() is not None:
            self.store()
        return len(data)

    def store(self, *, everything: bool = False) -> None:
        """Keep what is complete; needs the scope open."""
        while len(self.buffer) >= PART or (everything and self.buffer):
            ExportPart.objects.create(export=self.export, number=self.number, content=bytes(self.buffer[:PART]))
            self.number += 1
            del self.buffer[:PART]
