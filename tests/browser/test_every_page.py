"""Every staff page whose address needs nothing but the tenant, walked in both themes and widths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.browser.conftest import Visitor
from tests.factories.accounts import make_membership

pytestmark = pytest.mark.browser

# Walked here, in a tenant that has nothing yet: a page must be worth seeing from the first day.
PAGES = [
    "today",
    "task_list",
    "task_new",
    "customer_list",
    "customer_new",
    "export",
    "import_list",
    "import_new",
    "segment_list",
    "segment_new",
    "cadence_list",
    "cadence_new",
    "scorecard_list",
    "scorecard_new",
    "outbox",
    "suppressions",
]

# Walked with their own people and figures in the file of their area.
WALKED = {
    "test_event_stream.py": {"event_stream", "dead_letters", "event_types", "feature_new"},
    "test_health.py": {"health"},
    "test_revenue.py": {"revenue", "revenue_movements"},
    "test_people.py": {
        "welcome",
        "welcome_invite",
        "settings",
        "workspace_settings",
        "policy_settings",
        "team",
        "key_list",
        "key_new",
        "write_key_new",
        "audit_log",
    },
}

# Addresses that answer only to POST, or with something else than a page.
NOT_PAGES = {
    "audit_export",
    "customer_assign",
    "customer_export",
    "customer_view_save",
    "export_start",
    "palette",
    "scorecard_preview",
    "revenue_movements_export",
    "segment_preview",
}


def staff_names(patterns: list[URLPattern | URLResolver], inside: bool = False) -> Iterator[str]:
    """Names of the addresses below /<slug>/ that take no further argument."""
    for pattern in patterns:
        arguments = set(pattern.pattern.converters)
        is_staff = inside or "slug" in arguments
        if isinstance(pattern, URLResolver):
            yield from staff_names(pattern.url_patterns, is_staff)
        elif is_staff and pattern.name and arguments <= {"slug"}:
            yield pattern.name


def test_every_page_without_arguments_is_listed() -> None:
    known = set(staff_names(get_resolver().url_patterns))
    assert known == {*PAGES, *NOT_PAGES}.union(*WALKED.values())


@pytest.mark.parametrize("name", PAGES)
def test_page(visitor: Visitor, acme: Tenant, name: str) -> None:
    with tenant_scope(acme):
        owner = make_membership(role=Role.OWNER)
    visitor.log_in(owner.user)
    visitor.walk(reverse(name, args=["acme"]), name)
