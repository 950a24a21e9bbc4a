from __future__ import annotations

import io
import json
import zipfile

import pytest

from accounts.models import DataExport, Job, Tenant
from accounts.services.jobs import Outcome, run_job
from accounts.tenancy.scope import tenant_scope
from tests.factories.api import Caller, make_caller


def build(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        job = Job.objects.get(kind="exports.build", state="due")
    assert run_job(tenant, job.pk) == Outcome.DONE


def download(api: Caller, url: str) -> zipfile.ZipFile:
    response = api.client.get(url, headers={"Authorization": f"Bearer {api.secret}"})
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == int(response["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(content))


def test_export_holds_everything_of_the_tenant_and_nothing_else(acme: Tenant, api: Caller, stranger: Caller) -> None:
    stranger.post("/customers", {"external_id": "z", "name": "Zebra"})
    api.bulk("customers", *({"external_id": f"c{n}", "name": f"Nordlys {n}"} for n in range(3)))
    started = api.get("/export")
    assert (api.status, started["url"], started["progress"]) == (202, None, 0)
    build(acme)
    done = api.get("/export")
    assert (api.status, done["progress"], done["counts"]["accounts_customer"]) == (200, 100, 3)
    archive = download(api, done["url"])
    assert archive.testzip() is None
    rows = [json.loads(line) for line in archive.read("accounts_customer.ndjson").splitlines()]
    assert {row["name"] for row in rows} == {"Nordlys 0", "Nordlys 1", "Nordlys 2"}
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Zebra" not in everything
    assert b"key_hash" not in everything
    assert json.loads(archive.read("tenant.json"))["slug"] == "acme"


def test_every_tenant_table_is_in_it(acme: Tenant, api: Caller) -> None:
    api.post("/export", {})
    build(acme)
    names = set(download(api, api.get("/export")["url"]).namelist())
    assert {"accounts_contact.ndjson", "accounts_subscription.ndjson", "engagement_activity.ndjson"} <= names
    assert not {"accounts_job.ndjson", "accounts_idempotencykey.ndjson", "accounts_exportpart.ndjson"} & names


def test_second_request_joins_the_running_one(api: Caller) -> None:
    assert api.post("/export", {})["id"] == api.post("/export", {})["id"]


def test_large_exports_come_in_parts(acme: Tenant, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.exports.PART", 100)
    api.bulk("customers", *({"external_id": f"c{n}", "name": f"Nordlys {n * 7919}"} for n in range(200)))
    api.post("/export", {})
    build(acme)
    archive = download(api, api.get("/export")["url"])
    assert len(archive.read("accounts_customer.ndjson").splitlines()) == 200
    with tenant_scope(acme):
        assert DataExport.objects.get().parts.count() > 10


def test_strangers_and_weak_keys_get_nothing(acme: Tenant, api: Caller, stranger: Caller) -> None:
    api.post("/export", {})
    build(acme)
    url = api.get("/export")["url"].removeprefix("/api/v1")
    stranger.get(url)
    weak = make_caller(acme, "write")
    weak.get(url)
    assert (stranger.status, weak.status) == (404, 403)
