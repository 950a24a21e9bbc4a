"""The entries of the main menu and of the person's own menu. An entry shows once its page exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import can


@dataclass(frozen=True, slots=True)
class Entry:
    label: str | Promise
    icon: str
    url_name: str
    permission: str = ""
    at_end: bool = False
    also: tuple[str, ...] = ()
    """Pages that belong to this entry though their addresses lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    icon: str
    url: str
    is_current: bool
    at_end: bool


MAIN = (
    Entry(_("Today"), "sun", "today", "customers.read"),
    Entry(_("Tasks"), "list-check", "task_list", "customers.read"),
    Entry(
        _("Customers"), "building-community", "customer_list", "customers.read", also=("segment_list", "import_list")
    ),
    Entry(_("Outreach"), "send", "cadence_list", "customers.read"),
    Entry(_("Health"), "activity-heartbeat", "health", "health.read"),
    Entry(_("Revenue"), "trending-up", "revenue", "revenue.read"),
    Entry(_("Settings"), "settings", "settings", "settings.read", at_end=True),
)

PERSONAL = (
    Entry(_("Profile"), "user-circle", "profile"),
    Entry(_("E-mail address"), "mail", "account_email"),
    Entry(_("Password"), "key", "account_change_password"),
    Entry(_("Two-factor sign-in"), "shield-lock", "mfa_index"),
    Entry(_("Sessions"), "devices", "usersessions_list"),
    Entry(_("Workspaces"), "building", "switcher"),
)


def tenant_url(request: HttpRequest, url_name: str) -> str:
    """The page of this name for the request's tenant, else the global one; "" when there is none."""
    slug = getattr(getattr(request, "tenant", None), "slug", None)
    for args in ([slug], []) if slug else ([],):
        try:
            return reverse(url_name, args=args)
        except NoReverseMatch:
            continue
    return ""


def links(request: HttpRequest, entries: Iterable[Entry]) -> Iterator[Link]:
    membership = getattr(request, "membership", None)
    for entry in entries:
        if entry.permission and not (membership and can(membership, entry.permission)):
            continue
        if url := tenant_url(request, entry.url_name):
            urls = [url, *(tenant_url(request, name) for name in entry.also)]
            yield Link(entry.label, entry.icon, url, any(is_current(request, u) for u in urls if u), entry.at_end)


def is_current(request: HttpRequest, url: str) -> bool:
    """The page itself and the pages below it; the tenant's root only for itself."""
    if url.count("/") <= 2:
        return request.path == url
    return request.path.startswith(url)
