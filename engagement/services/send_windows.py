"""When a step may be sent, in the contact's own time. The arithmetic is the database's `next_send_at`."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection

from accounts.models import Contact, Tenant
from accounts.tenancy.scope import current_tenant
from engagement.models import CadenceStep, Message

# In SQL over `contact` and `customer`: the zone whose clock counts. Parameters: see `clock`.
ZONE_OF_CONTACT = """CASE WHEN contact.timezone = ANY (%(zones)s) THEN contact.timezone
                WHEN customer.timezone = ANY (%(zones)s) THEN customer.timezone ELSE %(zone)s END"""

_NEXT = "SELECT next_send_at(%s, %s::smallint[], %s, %s, %s, %s)"


def clock(now: datetime) -> dict[str, Any]:
    """Parameters of statements over a tenant that speak of local time."""
    tenant = current_tenant()
    return {"now": now, "tenant": tenant.pk, "zone": tenant.timezone, "zones": sorted(known_zones())}


def next_send_at(first_day: date, step: CadenceStep, zone: ZoneInfo, after: datetime) -> datetime:
    """The start of the first window of this step that ends after the moment, on or after the day."""
    with connection.cursor() as cursor:
        window: list[Any] = [first_day, step.weekdays, step.send_from, step.send_to, zone.key, after]
        cursor.execute(_NEXT, window)
        moment: datetime = cursor.fetchone()[0]
        return moment


def next_window(tenant: Tenant, message: Message, after: datetime) -> tuple[datetime, datetime]:
    """Start and end of the next window for a mail that missed its own."""
    step, zone = message.step, zone_of(tenant, message.contact)
    start = next_send_at(after.astimezone(zone).date(), step, zone, after)
    end = datetime.combine(start.astimezone(zone).date(), step.send_to, tzinfo=zone)
    return start, end


def zone_of(tenant: Tenant, contact: Contact | None) -> ZoneInfo:
    """The contact's time zone, else the customer's, else the tenant's."""
    customer = contact.customer if contact else None
    for name in (contact and contact.timezone, customer and customer.timezone):
        if name in known_zones():
            return ZoneInfo(str(name))
    return tenant.zone


@cache
def known_zones() -> frozenset[str]:
    """Names that both Python and Postgres understand: one wrong name must not stop a statement over thousands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(row[0] for row in cursor.fetchall()) & available_timezones()
