"""What to do first in a new workspace, with what is done already. Apps above add their own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, AuditEntry, Customer, Invitation, Membership, Tenant
from accounts.roles import can

Text = str | Promise


@dataclass(frozen=True)
class FirstStep:
    """`is_done` is asked inside the tenant's scope; a step without a page yet does not show."""

    label: Text
    text: Text
    icon: str
    url_name: str
    permission: str
    is_done: Callable[[], bool]


@dataclass(frozen=True)
class NextStep:
    label: Text
    text: Text
    icon: str
    url: str
    is_done: bool


_steps: list[FirstStep] = []


def register_first_step(step: FirstStep) -> None:
    if all(each.url_name != step.url_name for each in _steps):
        _steps.append(step)


def next_steps(tenant: Tenant, membership: Membership) -> Iterator[NextStep]:
    """The steps this member may take."""
    for step in _steps:
        try:
            url = reverse(step.url_name, args=[tenant.slug])
        except NoReverseMatch:
            continue
        if can(membership, step.permission):
            yield NextStep(step.label, step.text, step.icon, url, step.is_done())


register_first_step(
    FirstStep(
        _("Bring in your customers"),
        _("From a CSV file, or over the API."),
        "building-community",
        "import_list",
        "customers.import",
        lambda: Customer.objects.exists(),
    )
)
register_first_step(
    FirstStep(
        _("Send what people do in your product"),
        _("A write key and any Segment-compatible library."),
        "activity",
        "write_key_new",
        "keys.write",
        lambda: ApiKey.objects.filter(is_write_key=True, last_used_at__isnull=False).exists(),
    )
)
register_first_step(
    FirstStep(
        _("Connect your billing and CRM"),
        _("An API key for subscriptions and contacts."),
        "plug-connected",
        "key_new",
        "keys.write",
        lambda: ApiKey.objects.filter(is_write_key=False, last_used_at__isnull=False).exists(),
    )
)
register_first_step(
    FirstStep(
        _("Invite your colleagues"),
        _("Each with the role they need."),
        "users-plus",
        "team",
        "team.write",
        lambda: Membership.objects.active().count() > 1 or Invitation.objects.exists(),
    )
)
register_first_step(
    FirstStep(
        _("Check what counts as churn"),
        _("The defaults follow common practice; the policies say how each figure is made."),
        "adjustments",
        "policy_settings",
        "settings.write",
        lambda: AuditEntry.objects.filter(action="policies.changed").exists(),
    )
)
