"""Changing what holds for a whole tenant: its name, reporting zone and currency, and the policy switches."""

from __future__ import annotations

from typing import Any

from accounts.events import record_event
from accounts.jobs import ensure_recurring
from accounts.models import Tenant
from accounts.policies import merged_policies, policies_as_json
from accounts.services.audit import record_audit, snapshot


def change_workspace(tenant: Tenant, **values: Any) -> bool:
    """Save what differs. ValidationError by field; True when something changed."""
    current = Tenant.objects.select_for_update().get(pk=tenant.pk)
    changed = {name: value for name, value in values.items() if getattr(current, name) != value}
    if not changed:
        return False
    before = snapshot(current, *changed)
    for name, value in changed.items():
        setattr(current, name, value)
        setattr(tenant, name, value)
    current.full_clean()
    current.save(update_fields=list(changed))
    record_audit("workspace.changed", current, before=before, after=snapshot(current, *changed))
    record_event("settings.changed", fields=sorted(changed))
    if "timezone" in changed:
        ensure_recurring(current)
    return True


def change_policies(tenant: Tenant, changes: dict[str, Any]) -> bool:
    """Save these policy switches; ValidationError names each that is wrong."""
    current = Tenant.objects.select_for_update().get(pk=tenant.pk)
    before = policies_as_json(current)
    current.policies = tenant.policies = merged_policies(current, changes)
    after = policies_as_json(current)
    fields = sorted(name for name in after if before[name] != after[name])
    if not fields:
        return False
    current.save(update_fields=["policies"])
    record_audit(
        "policies.changed",
        current,
        before={name: before[name] for name in fields},
        after={name: after[name] for name in fields},
    )
    record_event("settings.changed", fields=fields)
    return True
