"""Events of the simulated market into the store, and the rollups that the product makes of them."""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.jobs import enqueue
from accounts.models import Tenant
from config.demo.facts import Calendar
from config.demo.simulate import History
from config.demo.usage import UserDays, user_days
from config.demo.world import FEATURES
from health.models import EventType, Feature, FeatureKind
from health.usage import event_types, partitions

WEEKS = 60
PEOPLE = 40  # of one customer; a larger one is shown by a sample

# Hours and ids follow from the row, so that the same seed gives the same events.
STORE = """
WITH done AS (
    SELECT customer_id, day, user_ref, event,
        'demo-' || md5(concat_ws('|', customer_id, day, user_ref, event)) AS message_id
    FROM unnest(%(customer)s::uuid[], %(day)s::date[], %(user)s::text[], %(event)s::text[])
        AS t (customer_id, day, user_ref, event)
),
seen AS (
    INSERT INTO health_message (message_key) SELECT md5(message_id)::uuid FROM done ON CONFLICT DO NOTHING
)
INSERT INTO health_event (message_id, occurred_at, kind, event, user_ref, customer_id, names_customer, properties,
                          client_at, received_at)
SELECT message_id, at, 'track', event, user_ref, customer_id, true, '{}', at, at
FROM done, LATERAL (SELECT (day + interval '8 hours' + (hashtext(message_id) & 511) * interval '1 minute')
    AT TIME ZONE %(zone)s AS at) moment
WHERE at < now()
ON CONFLICT DO NOTHING
"""


def load_usage(h: History, tenant: Tenant, calendar: Calendar, ids: list[Any], seed: int) -> None:
    """Features and events; the job `usage.rebuild` sums them up once they are committed."""
    _features()
    partitions.make_ahead(calendar.day(h.usage.shape[1] - WEEKS), calendar.today)
    for week in user_days(h, ids, calendar, weeks=WEEKS, people=PEOPLE, seed=seed):
        _store(tenant, week)
    enqueue("usage.rebuild", key="demo")


def _features() -> None:
    event_types.register(FEATURES)
    for event, (name, kind, _share) in FEATURES.items():
        if name != "Log-in":
            values = {"name": name, "kind": FeatureKind(kind)}
            feature, _made = Feature.objects.get_or_create(key=event_types.slug(name), defaults=values)
            EventType.objects.filter(event=event).update(feature=feature)


def _store(tenant: Tenant, week: UserDays) -> None:
    columns = {"customer": week.customer, "day": week.day, "user": week.user, "event": week.event}
    with connection.cursor() as cursor:
        cursor.execute(STORE, {**columns, "zone": tenant.timezone})
