"""What contacts and contact with them tell."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from health.sources.registry import DAYS, Fact, Measured, Only, Source, register_measures, register_source

CONTACT = """
    SELECT customer_id, %(day)s::date - (last_contact_at AT TIME ZONE %(zone)s)::date AS silent,
           renewal_on - %(day)s::date AS days_to_renewal
    FROM accounts_customerstanding
    WHERE (last_contact_at IS NOT NULL OR renewal_on IS NOT NULL){only}"""

# A champion whose address bounces for good has most likely left the company.
CHAMPIONS = """
    SELECT customer_id, count(*) AS named, count(*) FILTER (WHERE mail_state <> 'suppressed') AS reachable
    FROM accounts_contact
    WHERE is_champion AND customer_id IS NOT NULL{only}
    GROUP BY customer_id"""


def standing(only: Only) -> str:
    return CONTACT.format(only=only("customer_id"))


def champions(only: Only) -> str:
    return CHAMPIONS.format(only=only("customer_id"))


register_source(
    Source(
        "standing",
        standing,
        {
            "days_since_contact": Fact("CASE WHEN standing.silent < 0 THEN 0 ELSE standing.silent END"),
            "days_to_renewal": Fact("standing.days_to_renewal"),
        },
    )
)
register_source(
    Source(
        "champions",
        champions,
        {
            "champions": Fact("champions.reachable"),
            "champion_left": Fact("(champions.reachable = 0)::int"),
        },
    )
)

register_measures(
    Measured(
        "days_since_contact",
        _("Days since last contact"),
        DAYS,
        "relationship",
        red=Decimal(90),
        green=Decimal(21),
        hint=_("Days since the last conversation with a person at the customer."),
    ),
    Measured(
        "days_to_renewal",
        _("Days to renewal"),
        DAYS,
        "commercial",
        red=Decimal(0),
        green=Decimal(120),
    ),
    Measured(
        "champions",
        _("Reachable champions"),
        _("people"),
        "relationship",
        red=Decimal(0),
        green=Decimal(2),
        hint=_("Contacts marked as champion whose address works."),
    ),
    Measured(
        "champion_left",
        _("Champion left"),
        "",
        "relationship",
        red=Decimal(1),
        green=Decimal(0),
        hint=_("1 when champions were named and none of them can be reached any more."),
    ),
)
