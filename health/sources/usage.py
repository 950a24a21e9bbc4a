"""What the running sums of usage tell (METRICS.md 7). A silent customer has zeros; silent telemetry has no value."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from health.sources.registry import DAYS, Fact, Measured, Only, Source, register_measures, register_source
from health.usage.running import sums_params, sums_sql

# Sums taken to an earlier day, or no event of any customer since, make every value as old as that. A tenant that
# sends no events has no usage at all, rather than customers who use nothing.
SUMS = """
    SELECT r.customer_id, r.trend_pct, r.active_users_28, r.login_users_28, r.user_days_28, r.active_days_28,
           r.features_28, r.sticky_features_28, nullif(r.seats, 0) AS seats, %(day)s::date - r.last_active_on AS idle,
           greatest(%(day)s::date - r.as_of, %(day)s::date - heard.day) AS age,
           nullif((SELECT count(*) FROM health_feature), 0) AS features,
           nullif((SELECT count(*) FROM health_feature WHERE kind = 'sticky'), 0) AS sticky
    FROM {sums}
    JOIN (SELECT max(day) AS day FROM health_telemetry_day WHERE day <= %(day)s::date) heard ON heard.day IS NOT NULL
    WHERE true{only}"""


def running(only: Only) -> str:
    return SUMS.format(sums="health_usage_running r", only=only("r.customer_id"))


def worked_out(only: Only) -> str:
    return SUMS.format(sums=sums_sql(some=bool(only("r.customer_id"))), only="")


def _share(part: str, whole: str) -> Fact:
    """Per cent of a whole, in millionths, rounded half up."""
    n, d = f"usage.{part}::bigint", f"usage.{whole}"
    return Fact(f"(2 * {n} * 100000000 + {d}) / (2 * {d})", "usage.age", in_millionths=True, known=d)


register_source(
    Source(
        "usage",
        running,
        {
            "usage_trend": Fact("usage.trend_pct * 100", "usage.age", known="usage.trend_pct"),
            "active_seats": _share("active_users_28", "seats"),
            "login_seats": _share("login_users_28", "seats"),
            "stickiness": Fact(
                "(2 * usage.user_days_28 * 100000000 / 28 + usage.active_users_28)"
                " / nullif(2 * usage.active_users_28, 0)",
                "usage.age",
                in_millionths=True,
            ),
            "feature_breadth": _share("features_28", "features"),
            "sticky_features": _share("sticky_features_28", "sticky"),
            "active_days": Fact("usage.active_days_28", "usage.age"),
            "days_since_active": Fact("CASE WHEN usage.idle < 0 THEN 0 ELSE usage.idle END", "usage.age"),
        },
        past=worked_out,
        past_params=sums_params,
    )
)

FRESH = {"fresh_days": 2, "expire_days": 14}

register_measures(
    Measured(
        "usage_trend",
        _("Usage trend"),
        "%",
        "usage",
        red=Decimal(-50),
        green=Decimal(0),
        hint=_("Actions per paid seat in the last complete week against the mean of the 30 weeks before."),
        **FRESH,
    ),
    Measured(
        "active_seats",
        _("Active users per seat"),
        "%",
        "usage",
        red=Decimal(20),
        green=Decimal(70),
        hint=_("People with at least one action in 28 days, in per cent of paid seats."),
        **FRESH,
    ),
    Measured(
        "login_seats",
        _("Log-ins per seat"),
        "%",
        "usage",
        red=Decimal(20),
        green=Decimal(80),
        hint=_("People who logged in within 28 days, in per cent of paid seats."),
        **FRESH,
    ),
    Measured(
        "stickiness",
        _("Stickiness"),
        "%",
        "usage",
        red=Decimal(5),
        green=Decimal(35),
        hint=_("Mean daily users in per cent of the users active in 28 days."),
        **FRESH,
    ),
    Measured(
        "feature_breadth",
        _("Breadth of use"),
        "%",
        "usage",
        red=Decimal(10),
        green=Decimal(60),
        hint=_("Features used in 28 days, in per cent of all features."),
        **FRESH,
    ),
    Measured(
        "sticky_features",
        _("Sticky features in use"),
        "%",
        "usage",
        red=Decimal(0),
        green=Decimal(60),
        hint=_("Features marked as sticky that were used in 28 days, in per cent of all sticky ones."),
        **FRESH,
    ),
    Measured(
        "active_days",
        _("Active days"),
        DAYS,
        "usage",
        red=Decimal(2),
        green=Decimal(16),
        hint=_("Days with at least one action among the last 28."),
        **FRESH,
    ),
    Measured(
        "days_since_active",
        _("Days since last action"),
        DAYS,
        "usage",
        red=Decimal(21),
        green=Decimal(2),
        hint=_("Days since somebody at the customer last did something in the product."),
        **FRESH,
    ),
)
