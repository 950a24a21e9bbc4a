"""The words of this app's figures, and the version of their meaning that stored figures carry."""

from django.utils.translation import gettext_lazy as _

from accounts.definitions import register_definition

DEFINITION_VERSION = "2026-11"  # a change of meaning is a new version

register_definition(
    "movements",
    _("MRR movements"),
    _(
        "Every change of a customer's revenue, netted per customer and day: opening plus all movements is the closing, "
        "to the cent. What exchange rates do stands apart."
    ),
)
register_definition(
    "cohorts",
    _("Retention by cohort"),
    _(
        "Customers by the month they first paid in. Column 0 is their first paid day, column 1 the end of the month "
        "after, and so on. Months that are not over stay empty; the mean is weighted by size."
    ),
)
register_definition(
    "net_change",
    _("Net-change formulas"),
    _(
        "They compare the first instant of day 1 with the last instant of the last day. They equal logo and net MRR "
        "churn only when nobody joined or returned: what came in hides what was lost."
    ),
)
register_definition(
    "scheduled",
    _("Agreed for the coming year"),
    _("Starts, ends and changes that are already dated after today, as a change of MRR within 365 days."),
)
