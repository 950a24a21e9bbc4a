from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.imports.applying import apply_chunk
from accounts.jobs import enqueue
from accounts.models import Customer, DataImport, ImportRow, Job, Subscription, Tenant
from accounts.services.jobs import Outcome, run_job
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_contact
from tests.factories.api import Caller, make_caller

FILE = "ID;Company;Stage;Seats\nc1;Nordlys;trial;12\nc2;Fjord;happy;3\nc3;=1+1;;\n"


def run_import(tenant: Tenant, kind: str) -> None:
    with tenant_scope(tenant):
        job = Job.objects.get(kind=kind, state="due")
    assert run_job(tenant, job.pk) == Outcome.DONE


@pytest.fixture
def api(acme: Tenant) -> Caller:
    return make_caller(acme)


def test_dry_run_shows_rows_and_changes_nothing(acme: Tenant, api: Caller) -> None:
    made = api.upload("customers", FILE)
    assert (api.status, made["state"], made["counts"]) == (201, "checked", {"created": 2, "failed": 1})
    wrong = made["rows"][0]
    assert (wrong["number"], wrong["external_id"], wrong["errors"][0]["pointer"]) == (3, "c2", "/stage")
    assert api.get(f"/imports/{made['id']}") == made
    with tenant_scope(acme):
        assert not Customer.objects.exists()


def test_apply_lands_the_good_rows(acme: Tenant, api: Caller) -> None:
    made = api.upload(
        "customers", FILE, mapping=json.dumps({"ID": "external_id", "Company": "name", "Seats": "attributes.seats"})
    )
    api.post(f"/imports/{made['id']}/apply", {})
    assert (api.status, api.body["state"]) == (202, "applying")
    run_import(acme, "imports.apply")
    assert api.get(f"/imports/{made['id']}")["counts"] == {"created": 3}
    assert api.get("/customers/external:c3")["name"] == "=1+1"
    assert api.get("/customers/external:c1")["attributes"] == {"seats": "12"}


def test_same_file_twice_changes_nothing(acme: Tenant, api: Caller) -> None:
    for expected in ({"created": 2, "failed": 1}, {"unchanged": 2, "failed": 1}):
        made = api.upload("customers", FILE, dry_run="false")
        run_import(acme, "imports.apply")
        assert api.get(f"/imports/{made['id']}")["counts"] == expected


def test_undo_takes_back_what_nobody_has_touched(acme: Tenant, api: Caller) -> None:
    api.post("/customers", {"external_id": "old", "name": "Old", "tier": "gold", "signed_up_on": "2020-01-31"})
    before = api.get("/customers/external:old")
    made = api.upload(
        "customers", "id,name,signed_up_on\nold,New,2021-01-31\na,Alfa,\nb,Beta,\nc,Gamma,\n", dry_run="false"
    )
    run_import(acme, "imports.apply")
    api.patch("/customers/external:b", {"tier": "gold"})
    with tenant_scope(acme):
        make_contact(Customer.objects.get(external_id="c"))
    api.post(f"/imports/{made['id']}/undo", {})
    assert api.status == 202
    run_import(acme, "imports.undo")
    statuses = {row["external_id"]: row["status"] for row in api.get(f"/imports/{made['id']}")["rows"]}
    assert statuses == {"old": "undone", "a": "undone", "b": "kept", "c": "kept"}
    after = api.get("/customers/external:old")
    assert {**after, "updated_at": before["updated_at"]} == before
    assert {row["external_id"] for row in api.get("/customers")["data"]} == {"old", "b", "c"}


def test_contacts_and_subscriptions_name_their_customer(acme: Tenant, api: Caller) -> None:
    api.post("/customers", {"external_id": "c1", "name": "Nordlys"})
    api.upload(
        "contacts", "id,customer,email\np1,c1,a@b.example\np2,nobody,x@y.example\np3,c1,not-mail\n", dry_run="false"
    )
    run_import(acme, "imports.apply")
    assert [row["email"] for row in api.get("/contacts")["data"]] == ["a@b.example"]
    header = "id;customer;plan;currency;price;qty;interval;start;end\n"
    made = api.upload(
        "subscriptions",
        header + "s1;c1;Team;EUR;1 275,50;2,5;Month;1.6.2025;\ns2;c1;Team;EUR;1,275;1;month;2025-06-01;2025-01-01\n",
    )
    errors = {error["pointer"]: error["code"] for row in made["rows"] for error in row["errors"]}
    assert errors == {"/unit_amount": "ambiguous"}
    api.post(f"/imports/{made['id']}/apply", {})
    run_import(acme, "imports.apply")
    with tenant_scope(acme):
        assert str(Subscription.objects.get().unit_amount) == "1275.500000"


def test_repetition_inside_a_file_is_refused(acme: Tenant, api: Caller) -> None:
    made = api.upload("customers", "id,name\na,First\na,Second\n", dry_run="false")
    assert made["counts"] == {"created": 1, "failed": 1}
    run_import(acme, "imports.apply")
    assert api.get("/customers/external:a")["name"] == "First"


def test_states_are_kept(acme: Tenant, api: Caller) -> None:
    made = api.upload("customers", FILE)
    api.post(f"/imports/{made['id']}/undo", {})
    assert api.status == 409
    api.post(f"/imports/{made['id']}/apply", {})
    api.post(f"/imports/{made['id']}/apply", {})
    assert api.status == 409


def test_killed_job_goes_on_where_it_was(acme: Tenant, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.imports.applying.CHUNK", 2)
    made = api.upload("customers", "id,name\n" + "".join(f"{n},Name {n}\n" for n in range(5)), dry_run="false")
    with tenant_scope(acme):
        assert apply_chunk(DataImport.objects.get()) == 2
        assert Customer.objects.count() == 2
    run_import(acme, "imports.apply")
    assert api.get(f"/imports/{made['id']}")["counts"] == {"created": 5}


@pytest.mark.parametrize(
    ("kind", "content", "parts", "pointer"),
    [
        ("planets", "id,name\n1,a\n", {}, "/kind"),
        ("customers", "", {}, "/file"),
        ("customers", "id,name\n", {}, "/file"),
        ("customers", "colour\nred\n", {}, "/mapping"),
        ("customers", "id,name\n1,a\n", {"dry_run": "maybe"}, "/dry_run"),
        ("customers", "id,name\n1,a\n", {"mapping": '{"id": "external_id", "town": "name"}'}, "/mapping/town"),
        ("customers", "id,name\n1,a\n", {"mapping": '{"id": "tenant"}'}, "/mapping/id"),
        ("customers", "id,name\n1,a\n", {"mapping": "[]"}, "/mapping"),
    ],
)
def test_refused_uploads(
    acme: Tenant, api: Caller, kind: str, content: str, parts: dict[str, str], pointer: str
) -> None:
    api.upload(kind, content, **parts)
    assert api.status == 422
    assert pointer in api.codes()
    with tenant_scope(acme):
        assert not DataImport.objects.exists()


def test_hostile_multipart(api: Caller) -> None:
    for raw in (b"", b"--", b"--b\r\n\r\n", b"\x00" * 100):
        api.call("POST", "/imports", raw=raw, content_type="multipart/form-data; boundary=b")
        assert api.status in (400, 422)
    api.call("POST", "/imports", raw=b"x", content_type="multipart/form-data")
    assert api.status == 400
    api.post("/imports", {})
    assert api.status == 415


def test_strangers_import_is_a_missing_one(api: Caller, globex: Tenant) -> None:
    made = make_caller(globex).upload("customers", FILE)
    for method, path in (("GET", ""), ("GET", "/rows"), ("POST", "/apply"), ("POST", "/undo")):
        api.call(method, f"/imports/{made['id']}{path}")
        assert api.status == 404


def test_rows_page_by_status(api: Caller) -> None:
    made = api.upload("customers", "id,name\n" + "".join(f"{n},{'x' * (n % 2)}\n" for n in range(6)))
    page: dict[str, Any] = api.get(f"/imports/{made['id']}/rows?status=failed&limit=2")
    assert [row["number"] for row in page["data"]] == [2, 4]
    page = api.get(f"/imports/{made['id']}/rows?status=failed&limit=2&cursor={page['next_cursor']}")
    assert ([row["number"] for row in page["data"]], page["next_cursor"]) == ([6], None)


def test_large_file_is_checked_by_a_job(acme: Tenant, api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.imports.upload.AT_ONCE", 1)
    made = api.upload("customers", FILE)
    assert made["state"] == "checking"
    run_import(acme, "imports.check")
    assert api.get(f"/imports/{made['id']}")["state"] == "checked"
    with tenant_scope(acme):
        assert ImportRow.objects.count() == 3


def test_rows_are_forgotten_after_three_months(acme: Tenant, api: Caller) -> None:
    made = api.upload("customers", FILE)
    with tenant_scope(acme):
        DataImport.objects.update(created_at=now() - timedelta(days=91))
        job = enqueue("imports.forget", key="today")
    assert run_job(acme, job.pk) == Outcome.DONE
    assert api.get(f"/imports/{made['id']}")["rows"] == []
