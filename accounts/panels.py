"""Panels of the customer page. Apps above register a URL name that takes (slug, customer id);
the page loads it by htmx, and without JavaScript it is a link to a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import can


@dataclass(frozen=True, slots=True)
class Panel:
    key: str
    label: str | Promise
    url_name: str
    order: int
    permission: str
    column: Literal["main", "side"]


_panels: dict[str, Panel] = {}


def register_panel(
    key: str,
    label: str | Promise,
    url_name: str,
    order: int,
    permission: str = "customers.read",
    *,
    column: Literal["main", "side"] = "main",
) -> None:
    """Put a panel on the customer page; in each column the lowest order stands on top."""
    _panels[key] = Panel(key, label, url_name, order, permission, column)


def panels_for(membership: Membership, column: str) -> list[Panel]:
    allowed = (panel for panel in _panels.values() if panel.column == column and can(membership, panel.permission))
    return sorted(allowed, key=lambda panel: panel.order)


register_panel("people", _("People"), "people_panel", 10, column="side")
register_panel("subscriptions", _("Subscriptions"), "subscriptions_panel", 40, "revenue.read", column="side")
