from __future__ import annotations

from django.db import connection
from django.db.models import Q

from accounts.models import Membership, SavedView

MOST_TIERS = 50

# Jumps from tier to tier along the index instead of reading every customer.
DISTINCT_TIERS = f"""
WITH RECURSIVE step AS (
    (SELECT tier FROM accounts_customer WHERE tenant_id = %(tenant)s AND tier > '' ORDER BY tier LIMIT 1)
    UNION ALL
    SELECT (SELECT tier FROM accounts_customer WHERE tenant_id = %(tenant)s AND tier > step.tier ORDER BY tier LIMIT 1)
    FROM step WHERE step.tier IS NOT NULL
)
SELECT tier FROM step WHERE tier IS NOT NULL LIMIT {MOST_TIERS}
"""


def saved_views(viewer: Membership, page: str) -> list[SavedView]:
    """One's own views and those that colleagues share, by name."""
    rows = SavedView.objects.select_related("owner__user").filter(Q(owner=viewer) | Q(is_shared=True), page=page)
    return list(rows.order_by("name", "id"))


def tiers(tenant_id: int) -> list[str]:
    """The tiers in use."""
    with connection.cursor() as cursor:
        cursor.execute(DISTINCT_TIERS, {"tenant": tenant_id})
        return [row[0] for row in cursor.fetchall()]
