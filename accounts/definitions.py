"""What a figure means, for the info button beside it. Apps above add their own words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Definition:
    title: str | Promise
    text: str | Promise


_definitions: dict[str, Definition] = {}


def register_definition(key: str, title: str | Promise, text: str | Promise) -> None:
    _definitions[key] = Definition(title, text)


def definition_of(key: str) -> Definition:
    """The words for a key; an unknown key is a mistake in a template and raises KeyError."""
    return _definitions[key]


register_definition(
    "mrr",
    _("Monthly recurring revenue"),
    _("What all running subscriptions bring in per month, without tax, one-off fees, trials and usage."),
)
register_definition("arr", _("Annual recurring revenue"), _("Monthly recurring revenue times twelve."))
register_definition(
    "grr",
    _("Gross revenue retention"),
    _(
        "Of the revenue at the start of the period, the share that is still there at its end; "
        "growth of a customer does not make up for the loss of another. Never above 100%."
    ),
)
register_definition(
    "nrr",
    _("Net revenue retention"),
    _(
        "Revenue at the end of the period from the customers of its start, divided by their revenue "
        "at the start. Growth counts, new customers do not."
    ),
)
register_definition(
    "logo_churn",
    _("Logo churn"),
    _("Customers of the start of the period that are gone at its end, divided by all customers of the start."),
)
register_definition(
    "gross_mrr_churn",
    _("Gross MRR churn"),
    _("Revenue lost by leaving and shrinking customers, divided by the revenue at the start of the period."),
)
register_definition(
    "net_mrr_churn",
    _("Net MRR churn"),
    _("Losses less the growth of customers that stayed, divided by the revenue at the start. Below zero is growth."),
)
register_definition(
    "account_churn",
    _("Account churn (net change, day 1–day 30)"),
    _("Customers on day 1 less customers on day 30, divided by customers on day 1. New customers hide losses here."),
)
register_definition(
    "revenue_churn",
    _("Revenue churn (net change)"),
    _("Revenue on day 1 less revenue on day 30, divided by revenue on day 1. Below zero is growth."),
)
register_definition(
    "quick_ratio",
    _("Quick ratio"),
    _("Revenue gained (new, expansion, reactivation) divided by revenue lost (contraction, churn)."),
)
register_definition(
    "arpa",
    _("Average revenue per account"),
    _("Recurring revenue divided by paying customers."),
)
register_definition(
    "health_score",
    _("Health score"),
    _("From 0 to 100: the weighted mean of what is known about a customer. Missing measures take no part."),
)
register_definition(
    "coverage",
    _("Coverage"),
    _("How much of the scorecard rests on fresh data. Below one half the health is called unknown."),
)
