from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, Customer, DataImport, Job, Role, Tenant
from accounts.services.jobs import run_job
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_membership

FILE = "Kundenr;Bedrift;Etap\nc1;Nordlys;trial\nc2;Fjord;happy\n"


@pytest.fixture
def csm(client: Client, acme: Tenant) -> Client:
    with tenant_scope(acme):
        client.force_login(make_membership(role=Role.CSM).user)
    return client


def upload(client: Client, content: str = FILE) -> DataImport | None:
    file = SimpleUploadedFile("customers.csv", content.encode("cp1252"))
    client.post("/acme/imports/new/", {"kind": "customers", "file": file})
    with tenant_scope(Tenant.objects.get(slug="acme")):
        return DataImport.objects.order_by("pk").last()


def run_jobs(acme: Tenant, kind: str) -> None:
    with tenant_scope(acme):
        job = Job.objects.get(kind=kind)
    run_job(acme, job.pk)


def test_file_is_checked_columns_chosen_applied_and_taken_back(acme: Tenant, csm: Client) -> None:
    made = upload(csm)
    assert made is not None
    page = f"/acme/imports/{made.pk}/"
    assert "Leave out" in csm.get(page).content.decode()
    csm.post(page + "columns/", {"column-0": "external_id", "column-1": "name", "column-2": "stage"})
    shown = csm.get(page).content.decode()
    assert "Import 1 row" in shown and "Must be one of" in shown
    csm.post(page + "apply/")
    assert "every 1s" in csm.get(page).content.decode()
    run_jobs(acme, "imports.apply")
    with tenant_scope(acme):
        assert [row.name for row in Customer.objects.all()] == ["Nordlys"]
        assert AuditEntry.objects.get(action="import.applied").actor_kind == "user"
    csm.post(page + "undo/")
    run_jobs(acme, "imports.undo")
    with tenant_scope(acme):
        assert not Customer.objects.exists()


def test_missing_key_column_is_asked_for(acme: Tenant, csm: Client) -> None:
    made = upload(csm)
    assert made is not None
    answer = csm.post(f"/acme/imports/{made.pk}/columns/", {"column-0": "", "column-1": "name", "column-2": "name"})
    assert answer.status_code == 422
    assert "external_id" in answer.content.decode()


def test_refused_rows_come_back_as_a_safe_file(acme: Tenant, csm: Client) -> None:
    made = upload(csm, "id;name;stage\nc1;=HYPERLINK(1);happy\n")
    assert made is not None
    answer = csm.get(f"/acme/imports/{made.pk}/refused/")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in text and "Must be one of" in text


def test_unreadable_file_says_why(acme: Tenant, csm: Client) -> None:
    answer = csm.post("/acme/imports/new/", {"kind": "customers", "file": SimpleUploadedFile("x.csv", b"id,id\n1,2\n")})
    assert (answer.status_code, "Two columns are called" in answer.content.decode()) == (422, True)


def test_another_tenants_import_is_missing(acme: Tenant, globex: Tenant, csm: Client) -> None:
    with tenant_scope(globex):
        other = DataImport.objects.create(kind="customers", file_name="x", header=[], mapping=[])
    assert csm.get(f"/acme/imports/{other.pk}/").status_code == 404
    assert csm.post(f"/acme/imports/{other.pk}/apply/").status_code == 404


def test_viewer_may_not_import(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        client.force_login(make_membership(role=Role.VIEWER).user)
    assert client.get("/acme/imports/").status_code == 403
