"""The Settings page is a list that apps add to: `register_settings_page` in an app's `ready` or `panels.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import can

Text = str | Promise


@dataclass(frozen=True)
class SettingsPage:
    """`url_name` takes the tenant's slug; the entry shows to whoever has the permission."""

    label: Text
    text: Text
    icon: str
    url_name: str
    permission: str


GROUPS: dict[str, Text] = {
    "workspace": _("Workspace"),
    "people": _("People and access"),
    "method": _("How figures are made"),
    "data": _("Data in and out"),
}

_pages: dict[str, list[SettingsPage]] = {group: [] for group in GROUPS}


def register_settings_page(
    group: str, *, label: Text, text: Text, icon: str, url_name: str, permission: str = "settings.write"
) -> None:
    """Put a page into one of the groups, behind those that are there; twice is once."""
    page = SettingsPage(label, text, icon, url_name, permission)
    if all(each.url_name != url_name for each in _pages[group]):
        _pages[group].append(page)


def settings_pages(membership: Membership) -> Iterator[tuple[Text, list[SettingsPage]]]:
    """The groups with what this member may open; empty groups are left out."""
    for group, label in GROUPS.items():
        found = [page for page in _pages[group] if can(membership, page.permission)]
        if found:
            yield label, found


register_settings_page(
    "workspace",
    label=_("Workspace"),
    text=_("Name, language, time zone, reporting currency, first day of the week."),
    icon="building",
    url_name="workspace_settings",
)
register_settings_page(
    "people",
    label=_("Team"),
    text=_("Members, roles and invitations."),
    icon="users",
    url_name="team",
    permission="team.write",
)
register_settings_page(
    "people",
    label=_("Audit log"),
    text=_("Who changed what, when and from where."),
    icon="history",
    url_name="audit_log",
    permission="audit.read",
)
register_settings_page(
    "method",
    label=_("Policies"),
    text=_("What counts as churn, a pause, a return; how rates are built."),
    icon="adjustments",
    url_name="policy_settings",
)
register_settings_page(
    "data",
    label=_("API keys"),
    text=_("Keys for the API and write keys for events."),
    icon="key",
    url_name="key_list",
    permission="keys.write",
)
