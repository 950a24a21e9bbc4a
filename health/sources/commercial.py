"""What subscriptions tell as of a day: seats, arrears, an end that has been announced. Later changes are left out."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from health.sources.registry import DAYS, Fact, Measured, Only, Source, register_measures, register_source

# A change leaves null what stays as it was: per column the newest one that says something.
RELATION = """
    SELECT s.customer_id,
           sum(s.seats) FILTER (WHERE s.in_force) AS seats,
           bool_or(s.in_force) AS in_force,
           max(%(day)s::date - s.past_due_on) FILTER (WHERE s.in_force AND s.status = 'past_due') AS days_past_due,
           bool_and(s.leaving) FILTER (WHERE s.in_force) AS leaving
    FROM (
        SELECT s.customer_id,
               coalesce(c.seats, s.seats) AS seats,
               coalesce(c.status, s.status) AS status,
               coalesce(c.past_due_on, (s.updated_at AT TIME ZONE %(zone)s)::date) AS past_due_on,
               coalesce(c.status, s.status) <> 'cancelled' AND (s.ended_on IS NULL OR s.ended_on > %(day)s::date)
                   AS in_force,
               s.cancelled_at IS NOT NULL AND s.cancelled_at < %(until)s::timestamptz AS leaving
        FROM accounts_subscription s
        LEFT JOIN (
            SELECT subscription_id,
                   (array_agg(seats ORDER BY effective_on DESC, id DESC) FILTER (WHERE seats IS NOT NULL))[1] AS seats,
                   (array_agg(status ORDER BY effective_on DESC, id DESC) FILTER (WHERE status IS NOT NULL))[1]
                       AS status,
                   max(effective_on) FILTER (WHERE status = 'past_due') AS past_due_on
            FROM accounts_subscriptionchange
            WHERE effective_on <= %(day)s::date AND (seats IS NOT NULL OR status IS NOT NULL){changed}
            GROUP BY subscription_id
        ) c ON c.subscription_id = s.id
        WHERE s.started_on <= %(day)s::date{only}
    ) s
    GROUP BY s.customer_id"""

OF_THESE = " AND subscription_id IN (SELECT id FROM accounts_subscription t WHERE true{only})"


def relation(only: Only) -> str:
    these = only("s.customer_id")
    changed = OF_THESE.format(only=only("t.customer_id")) if these else ""
    return RELATION.format(only=these, changed=changed)


register_source(
    Source(
        "commercial",
        relation,
        {
            "days_past_due": Fact("CASE WHEN commercial.in_force THEN coalesce(commercial.days_past_due, 0) END"),
            "cancellation_scheduled": Fact("commercial.leaving::int"),
            "paid_seats": Fact("commercial.seats"),
        },
    )
)

register_measures(
    Measured(
        "days_past_due",
        _("Days past due"),
        DAYS,
        "commercial",
        red=Decimal(30),
        green=Decimal(0),
        hint=_("How long the oldest unpaid subscription has been past due; 0 when everything is paid."),
    ),
    Measured(
        "cancellation_scheduled",
        _("Cancellation scheduled"),
        "",
        "commercial",
        red=Decimal(1),
        green=Decimal(0),
        hint=_("1 when every subscription in force has been cancelled and only runs to its end."),
    ),
    Measured(
        "paid_seats",
        _("Paid seats"),
        _("seats"),
        "commercial",
        red=Decimal(0),
        green=Decimal(20),
    ),
)
