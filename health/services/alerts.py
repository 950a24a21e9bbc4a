"""Falls worth a person's attention: 15 points in 28 days, or a lower band for two days running."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.events import record_event
from health.arithmetic import UNIT
from health.models import AlertKind, HealthAlert
from health.run import TREND_DAYS, cards_in_use

DROP = -15
HYSTERESIS = 2  # points past the boundary before a band counts as left

# A person's judgement raises no alert: somebody has looked.
DROPS = """
SELECT s.customer_id, s.score, s.band, '' AS band_before, round(s.trend / 1000000.0)::int, s.reason
FROM health_snapshot s
WHERE s.day = %(day)s AND s.trend <= %(drop)s AND s.override_id IS NULL AND s.score IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM health_healthalert a
      WHERE a.customer_id = s.customer_id AND a.kind = 'drop' AND a.day > %(before)s)
ORDER BY s.customer_id"""

NEWCOMERS = """
INSERT INTO health_watch (customer_id, band)
SELECT customer_id, band FROM health_snapshot s
WHERE s.day = %(day)s AND s.score IS NOT NULL AND s.override_id IS NULL
ON CONFLICT DO NOTHING"""

# The band a customer has settled in moves when two closings in a row lie past its boundary, on the same side.
SETTLE = """
UPDATE health_watch AS w
SET band = CASE WHEN n.side <> 0 AND w.side = n.side THEN n.band ELSE w.band END,
    side = CASE WHEN n.side <> 0 AND w.side = n.side THEN 0 ELSE n.side END
FROM (
    SELECT s.customer_id, s.band, s.score, s.trend, s.reason,
           CASE WHEN s.score <= floors.at[array_position(bands.low_to_high, w.band)] - %(slack)s THEN -1
                WHEN s.score >= floors.at[array_position(bands.low_to_high, w.band) + 1] + %(slack)s THEN 1
                ELSE 0 END AS side
    FROM health_snapshot s
    JOIN health_watch w ON w.customer_id = s.customer_id
    JOIN unnest(%(versions)s::uuid[], %(yellows)s::int[], %(greens)s::int[]) v(id, yellow, green) ON v.id = s.version_id
    CROSS JOIN (SELECT ARRAY['red', 'yellow', 'green'] AS low_to_high) bands
    CROSS JOIN LATERAL (SELECT ARRAY[-1000, v.yellow, v.green] AS at) floors
    WHERE s.day = %(day)s AND s.score IS NOT NULL AND s.override_id IS NULL
) n
WHERE w.customer_id = n.customer_id AND (w.side <> 0 OR n.side <> 0)
RETURNING w.customer_id, n.score, new.band, old.band, round(n.trend / 1000000.0)::int, n.reason,
          new.band <> old.band AND n.side < 0"""


def raise_alerts(day: date) -> list[HealthAlert]:
    """Look at a day just closed; each alert is recorded once and announced as `health.alerted`."""
    cards = cards_in_use(day)
    params: dict[str, Any] = {
        "day": day,
        "before": day - timedelta(days=TREND_DAYS),
        "drop": DROP * UNIT,
        "slack": HYSTERESIS,
        "versions": [str(card.version_id) for card in cards],
        "yellows": [card.plan.yellow for card in cards],
        "greens": [card.plan.green for card in cards],
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWCOMERS, params)
        cursor.execute(SETTLE, params)
        fallen = sorted((row[:-1] for row in cursor.fetchall() if row[-1]), key=lambda row: row[0])
        cursor.execute(DROPS, params)
        dropped = cursor.fetchall()
    alerts = [_alert(AlertKind.BAND, day, row) for row in fallen] + [
        _alert(AlertKind.DROP, day, row) for row in dropped
    ]
    HealthAlert.objects.bulk_create(alerts, ignore_conflicts=True)
    for alert in alerts:
        _announce(alert)
    return alerts


def _alert(kind: AlertKind, day: date, row: tuple[Any, ...]) -> HealthAlert:
    customer, score, band, band_before, trend, reason = row
    return HealthAlert(
        customer_id=customer,
        kind=kind,
        day=day,
        score=score,
        band=band,
        band_before=band_before,
        trend=trend,
        reason=reason,
    )


def _announce(alert: HealthAlert) -> None:
    record_event(
        "health.alerted",
        customer_id=str(alert.customer_id),
        alert=alert.kind,
        day=alert.day.isoformat(),
        band=alert.band,
        band_before=alert.band_before,
        before=None if alert.trend is None or alert.score is None else alert.score - alert.trend,
        after=alert.score,
        trend=alert.trend,
        reason=alert.reason,
    )
