"""What every page is framed by: security headers, theme, error pages, menus, browser files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import server_error
from fontTools.ttLib import TTFont

from accounts.models import Membership, Role, Tenant
from accounts.tenancy.scope import tenant_scope
from config.assets import NPM_FILES, NpmFinder
from tests.factories.accounts import make_membership

PAGE = "/styleguide/"
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


def test_policy_allows_nothing_from_elsewhere_and_nothing_inline(client: Client, db: None) -> None:
    policy = client.get(PAGE)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("client_id", "targets"), [("", ["'self'"]), ("id", ["'self'", "https://accounts.google.com"])]
)
def test_forms_lead_to_google_only_when_it_is_a_way_in(client_id: str, targets: list[str]) -> None:
    ask = "from django.conf import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    keys = {"GOOGLE_CLIENT_ID": client_id, "GOOGLE_CLIENT_SECRET": "secret"}
    environment = os.environ | keys | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, env=environment, text=True)
    assert said.stdout.strip() == str(targets)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.parts[-2] not in ("mail", "email"):
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text), path


@pytest.mark.parametrize(("cookie", "attribute"), [("dark", 'data-bs-theme="dark"'), ("light", 'data-theme="light"')])
def test_theme_is_served_as_it_was_chosen(client: Client, db: None, cookie: str, attribute: str) -> None:
    client.cookies["theme"] = cookie
    assert attribute in client.get(PAGE).content.decode()


def test_theme_changes_without_javascript(client: Client, db: None) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": PAGE})
    assert (answer["Location"], answer.cookies["theme"].value) == (PAGE, "dark")


@pytest.mark.parametrize("field", [{"theme": "<script>"}, {"next": "https://elsewhere.example/"}, {}])
def test_theme_takes_no_nonsense_and_leads_nowhere_else(client: Client, db: None, field: dict[str, str]) -> None:
    answer = client.post("/theme/", field)
    assert answer["Location"] == "/"
    assert "theme" not in answer.cookies


def test_missing_page_has_the_products_face(client: Client, db: None) -> None:
    answer = client.get("/no/such/page/at/all/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_server_error_page_needs_nothing_but_itself(rf: RequestFactory) -> None:
    html = server_error(rf.get("/")).content.decode()
    assert "Something broke on our side" in html
    assert all(render_to_string(f"{status}.html") for status in (400, 403, 404))


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.OWNER, {"Today", "Customers", "Settings"}), (Role.AUTHOR, {"Today", "Customers"})]
)
def test_menu_shows_what_the_role_may_open(client: Client, acme: Tenant, role: str, shown: set[str]) -> None:
    with tenant_scope(acme):
        member: Membership = make_membership(role=role)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/acme/customers/").content.decode()
    menu = html[html.index('class="pn-nav"') : html.index("</nav>")]
    found = {label.strip() for label in re.findall(r"</svg>([^<]+)</a>", menu)}
    assert shown <= found
    assert ("Settings" in found) == ("Settings" in shown)
    assert re.search(r'aria-current="page"[^>]*>.*?Customers', menu)


def test_menu_marks_where_one_is(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        member: Membership = make_membership(role=Role.OWNER)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    places = {"/acme/": "Today", "/acme/segments/new/": "Customers", "/acme/settings/team/": "Settings"}
    for path, label in places.items():
        html = client.get(path).content.decode()
        menu = html[html.index('class="pn-nav"') : html.index("</nav>")]
        assert re.findall(r'aria-current="page"><svg.*?</svg>([^<]+)</a>', menu) == [label]


def test_every_listed_browser_file_is_there_and_no_other() -> None:
    assert NpmFinder().check() == []
    for name in NPM_FILES:
        assert finders.find(name)
    assert not NpmFinder().find("vendor/../../../manage.py")
    assert not finders.find("vendor/package.json")


def test_source_maps_are_not_asked_for() -> None:
    for name, storage in NpmFinder().list([]):
        if name.endswith((".js", ".css")):
            assert b"sourceMappingURL" not in storage.open(name).read()[-200:]


def test_fonts_keep_the_letters_of_our_languages_in_a_fraction_of_the_bytes() -> None:
    kept: set[int] = set()
    for name, least in (("vendor/inter-latin.woff2", 200), ("vendor/inter-latin-ext.woff2", 100)):
        content = NpmFinder().storage.open(name).read()
        assert len(content) < 40_000
        letters = set(TTFont(BytesIO(content)).getBestCmap())
        assert len(letters) >= least
        kept |= letters
    assert {ord(letter) for letter in "Zażółć gęślą jaźń ÆØÅ æøå — “€412K” −3 ŁŚŻ"} <= kept
