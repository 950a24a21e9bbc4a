from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.imports.actors import acting_for
from accounts.imports.applying import APPLY, apply_chunk, finish_apply
from accounts.imports.undoing import UNDO, finish_undo, undo_chunk
from accounts.imports.upload import CHECK, check_import
from accounts.jobs import job_handler, recurring, report_progress
from accounts.models import DataImport, ImportRow, Job
from accounts.tenancy.scope import tenant_scope

KEPT = timedelta(days=90)


@job_handler(CHECK)
def check(job: Job) -> None:
    with acting_for(job.payload.get("actor", {})):
        check_import(DataImport.objects.get(pk=job.payload["import"]))


@job_handler(APPLY, opens_own_scopes=True)
def apply(job: Job) -> dict[str, int]:
    return _in_chunks(job, apply_chunk, finish_apply)


@job_handler(UNDO, opens_own_scopes=True)
def undo(job: Job) -> dict[str, int]:
    return _in_chunks(job, undo_chunk, finish_undo)


@job_handler("imports.forget")
def forget_rows(job: Job) -> None:
    """Files hold people's data: after three months only what became of them is kept, and undoing ends."""
    old = DataImport.objects.filter(created_at__lte=timezone.now() - KEPT)
    ImportRow.objects.filter(data_import__in=old).delete()


recurring("imports.forget", hour=4, minute=20)


def _in_chunks(
    job: Job, work: Callable[[DataImport], Any], finish: Callable[[DataImport], dict[str, int]]
) -> dict[str, int]:
    """Each chunk is one transaction; after a crash the next attempt goes on behind the last one."""
    done = 0
    while True:
        with tenant_scope(job.tenant), acting_for(job.payload.get("actor", {})):
            data_import = DataImport.objects.get(pk=job.payload["import"])
            report_progress(job, min(99, 100 * done // max(1, data_import.rows_total)))
            if not (rows := work(data_import)):
                return finish(data_import)
        done += int(rows)
