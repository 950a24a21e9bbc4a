"""Ages of customers from their first paid day to their first churn, or to today."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.models import Tenant
from churn.selectors.periods import Segment, customer_attribute
from churn.survival import Spell, Survival, kaplan_meier

_SQL = """
    SELECT {key} AS key, greatest(%(tracked_since)s::date - account.first_paid_on, 0) AS entry,
        coalesce(account.churned_on, %(end)s::date) - account.first_paid_on AS exit,
        account.churned_on IS NOT NULL AS churned, count(*)::integer
    FROM (
        SELECT m.customer_id, min(m.cohort) AS cohort, min(m.day) AS first_paid_on,
            min(m.day) FILTER (WHERE m.kind = 'churn') AS churned_on
        FROM churn_movement m
        WHERE m.tenant_id = %(tenant)s AND m.line = 1 AND m.day < %(end)s {segment}
        GROUP BY m.customer_id
    ) account {join}
    GROUP BY 1, 2, 3, 4
"""


def survival_by(
    tenant: Tenant,
    *,
    group_by: str | None = None,
    segment: Segment | None = None,
    as_of: date | None = None,
    tracked_since: date | None = None,
) -> dict[str | None, Survival]:
    """First spells only; whoever still pays, or is paused, is censored at the end of `as_of` (default: yesterday).

    Accounts that paid before `tracked_since` enter at the age they had then; those gone before are not known.
    """
    end = (as_of + timedelta(days=1)) if as_of else tenant.today()
    key, join = customer_attribute(group_by, "account")
    sql = _SQL.format(key=key, join=join, segment=f"AND m.customer_id IN ({segment.sql})" if segment else "")
    values: dict[str, Any] = {"tenant": tenant.pk, "end": end, "tracked_since": tracked_since or date.min}
    spells: dict[str | None, list[Spell]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for name, entry, leave, churned, accounts in cursor.fetchall():
            spells[name].append(Spell(entry, leave, churned, accounts))
    return {name: kaplan_meier(each) for name, each in sorted(spells.items(), key=lambda item: item[0] or "")}
