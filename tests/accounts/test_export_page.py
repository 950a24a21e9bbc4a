from __future__ import annotations

from django.test import Client

from accounts.models import Job, Role, Tenant
from accounts.services.jobs import run_job
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer, make_membership


def test_export_is_built_and_downloaded(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        client.force_login(make_membership(role=Role.OWNER).user)
        make_customer(name="Nordlys")
    assert "Build the export" in client.get("/acme/export/").content.decode()
    client.post("/acme/export/start/")
    assert "every 1s" in client.get("/acme/export/").content.decode()
    with tenant_scope(acme):
        job = Job.objects.get(kind="exports.build")
    run_job(acme, job.pk)
    assert "Download" in client.get("/acme/export/").content.decode()
    answer = client.get(f"/acme/export/{job.payload['export']}/file/")
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_unfinished_export_is_not_there(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        client.force_login(make_membership(role=Role.OWNER).user)
    client.post("/acme/export/start/")
    with tenant_scope(acme):
        job = Job.objects.get(kind="exports.build")
    assert client.get(f"/acme/export/{job.payload['export']}/file/").status_code == 404


def test_csm_may_not_take_everything(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        client.force_login(make_membership(role=Role.CSM).user)
    assert client.get("/acme/export/").status_code == 403
