from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Job, Role, Tenant
from accounts.services.jobs import run_job
from accounts.tenancy.scope import tenant_scope
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_membership

pytestmark = pytest.mark.browser

FILE = "id;Company;Stage;Seats;Weather\nc1;Nordlys AS;trial;12;sun\nc2;Fjord Gruppen;happy;3;rain\nc3;Zażółć;onboarding;;\n"


def test_import_from_file_to_undo(visitor: Visitor, acme: Tenant) -> None:
    with tenant_scope(acme):
        visitor.log_in(make_membership(role=Role.CSM).user)
    page = visitor.open("/acme/imports/new/")
    page.set_input_files("input[type=file]", {"name": "Kunder.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    page.get_by_role("button", name="Check the file").click()
    page.get_by_label("Field for Seats").select_option(label="Attribute “seats”")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Must be one of")).to_be_visible()
    visitor.walk(page.url.removeprefix(visitor.base_url), "import-checked")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    visitor.assert_accessible()
    with tenant_scope(acme):
        job = Job.objects.get(kind="imports.apply")
    run_job(acme, job.pk)
    expect(page.get_by_role("button", name="Undo the import")).to_be_visible()
    visitor.walk(page.url.removeprefix(visitor.base_url), "import-applied")
    visitor.open("/acme/imports/")
    visitor.photograph("import-list")
