from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_tenant

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The owner has migrated; from here on the tests hold what the product holds when it serves."""
    default = connections["default"]
    owner = {name: default.settings_dict[name] for name in ("USER", "PASSWORD")}
    with django_db_blocker.unblock():
        default.close()
        default.settings_dict |= {name: settings.SERVING_ROLE[name] for name in owner}
        _assert_unprivileged()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        default.settings_dict |= owner


def _assert_unprivileged() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (settings.SERVING_ROLE["USER"], False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything that drives a browser carries the mark, so that bin/test can tell what did not run."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that bin/test found or installed; Playwright's own where CHROMIUM is unset."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    path = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **path, "args": CHROMIUM_FLAGS}


@pytest.fixture
def acme(db: None) -> Tenant:
    """One of the two tenants that are always at hand; its scope is closed."""
    return make_tenant(slug="acme", name="Acme", timezone="Europe/Warsaw", currency="EUR")


@pytest.fixture
def globex(db: None) -> Tenant:
    """The other one: whatever happens in acme must not show here."""
    return make_tenant(slug="globex", name="Globex", timezone="America/New_York", currency="USD")


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[Tenant]:
    """Acme, with its scope open for the whole test."""
    with tenant_scope(acme):
        yield acme
