"""The one writer of the ledger of movements and of its monthly sums."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from hashlib import md5
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Customer, Subscription, Tenant
from accounts.policies import policies_of
from accounts.tenancy.scope import current_tenant
from churn.definitions import DEFINITION_VERSION
from churn.models import RevenueLedger
from churn.statements import statement

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('churn.ledger'), %s)"
FEW = 20  # customers; with more, and tables that were just filled, nested loops took minutes instead of 0.1 s
_SMALL = "SELECT set_config('jit', 'off', true)"
_LARGE = (
    "SELECT set_config('jit', 'off', true), set_config('work_mem', '128MB', true), "
    "set_config('enable_nestloop', 'off', true)"
)
_AS_BEFORE = (
    "SELECT set_config('work_mem', reset_val, true) FROM pg_settings WHERE name = 'work_mem' "
    "UNION ALL SELECT set_config('enable_nestloop', 'on', true)"
)
_LEDGER_SWITCHES = (
    "churn_recognised",
    "past_due_days",
    "pause",
    "pause_max_days",
    "finite_discounts",
    "free_plan",
    "reactivation_window_days",
)


@transaction.atomic
def rebuild_ledger(customer_ids: Collection[UUID | str] | None = None) -> int:
    """Bring the ledger in line with subscriptions, rates and policies; returns the number of months touched.

    With ids only these customers' lines and the sums they are part of; the outcome is the same as of a full
    rebuild. Lines that already say what they should keep their `computed_at`.
    """
    tenant = current_tenant()
    _execute(_LOCK, [tenant.pk % 2**31])
    state = RevenueLedger.objects.first()
    if state is None or (state.inputs_hash, state.definition_version) != (_inputs_hash(tenant), DEFINITION_VERSION):
        customer_ids = None
    ids = None if customer_ids is None else [str(each) for each in customer_ids]
    _execute(_SMALL if ids is not None and len(ids) <= FEW else _LARGE, None)
    touched = _write_lines(tenant, ids)
    _write_months(tenant, None if ids is None else touched)
    refresh_standings(ids)
    _execute(_AS_BEFORE, None)
    _record_state(tenant, full=ids is None)
    return len(touched)


def rebuild_if_outdated() -> bool:
    """Rebuild when a policy, the currency, the time zone or a definition changed; says whether it did."""
    state = RevenueLedger.objects.first()
    current = (_inputs_hash(current_tenant()), DEFINITION_VERSION)
    if state is not None and (state.inputs_hash, state.definition_version) == current:
        return False
    rebuild_ledger()
    return True


def follow_customers(customer_ids: Collection[str]) -> None:
    """Let customers that became test accounts, stopped being some, or are gone, leave or enter the figures."""
    found = dict(Customer.objects.filter(pk__in=customer_ids).values_list("pk", "is_test"))
    if len(found) < len(set(customer_ids)):
        close_months()  # the lines of a deleted customer went with it
    listed = _customers_with_lines(customer_ids)
    absent = [pk for pk, is_test in found.items() if not is_test and pk not in listed]
    entering = Subscription.objects.filter(customer__in=absent).values_list("customer_id", flat=True)
    moved = {*entering, *(pk for pk in listed if found.get(pk))}
    if moved:
        rebuild_ledger(moved)


def close_months() -> None:
    """Sum all of the ledger's lines into months anew."""
    _write_months(current_tenant(), None)


def refresh_standings(customer_ids: Collection[str] | None = None) -> int:
    """Write today's MRR, plan, renewal and churn day to the customers' standings; returns how many differed."""
    tenant = current_tenant()
    ids = None if customer_ids is None else list(customer_ids)
    return _execute(statement("standing"), {"tenant": tenant.pk, "today": tenant.today(), "customers": ids})


def _write_lines(tenant: Tenant, customer_ids: list[str] | None) -> list[tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("ledger", "write_ledger"), {**_inputs(tenant), "customers": customer_ids})
        touched: list[tuple[Any, Any]] = cursor.fetchall()
    return touched


def _write_months(tenant: Tenant, touched: list[tuple[Any, Any]] | None) -> None:
    if touched == []:
        return
    months, cohorts = (None, None) if touched is None else map(list, zip(*touched, strict=True))
    values = {"months": months, "cohorts": cohorts, "today": tenant.today(), "definition_version": DEFINITION_VERSION}
    sql = f"WITH summed AS ({statement('months')}){statement('write_months')}"
    _execute(sql, {"tenant": tenant.pk, **values})


def _record_state(tenant: Tenant, *, full: bool) -> None:
    now = timezone.now()
    excluded = Customer.objects.filter(is_test=True).count()
    values = {
        "definition_version": DEFINITION_VERSION,
        "inputs_hash": _inputs_hash(tenant),
        "excluded_test_customers": excluded,
        "computed_at": now,
    }
    RevenueLedger.objects.update_or_create(
        defaults={**values, **({"rebuilt_at": now} if full else {})}, create_defaults={**values, "rebuilt_at": now}
    )


def _inputs(tenant: Tenant) -> dict[str, Any]:
    policies = policies_of(tenant)
    return {
        "tenant": tenant.pk,
        "currency": tenant.currency,
        "zone": tenant.timezone,
        "at_cancellation": policies.churn_recognised == "cancellation",
        "past_due_days": policies.past_due_days,
        "pause": policies.pause,
        "pause_max_days": policies.pause_max_days,
        "ignore_finite_discounts": policies.finite_discounts == "ignore",
        "free_stays": policies.free_plan == "stays",
        "reactivation_window": policies.reactivation_window_days,
        "inputs_hash": _inputs_hash(tenant),
        "definition_version": DEFINITION_VERSION,
    }


def _inputs_hash(tenant: Tenant) -> str:
    switches = {name: value for name, value in asdict(policies_of(tenant)).items() if name in _LEDGER_SWITCHES}
    inputs = json.dumps([tenant.currency, tenant.timezone, switches], sort_keys=True)
    return md5(inputs.encode(), usedforsecurity=False).hexdigest()


def customers_in_foreign_currency() -> list[UUID]:
    """Whose money a new rate moves."""
    tenant = current_tenant()
    own = Subscription.objects.exclude(currency=tenant.currency).values_list("customer_id", flat=True)
    changed = Subscription.objects.filter(changes__currency__isnull=False).values_list("customer_id", flat=True)
    return list(own.union(changed))


def _customers_with_lines(customer_ids: Collection[str]) -> set[UUID]:
    sql = "SELECT DISTINCT customer_id FROM churn_movement WHERE tenant_id = %s AND customer_id = ANY (%s::uuid[])"
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_tenant().pk, list(customer_ids)])
        return {row[0] for row in cursor.fetchall()}


def _execute(sql: str, values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
