from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.definitions import register_definition
from accounts.panels import register_panel
from accounts.settings_pages import register_settings_page
from accounts.ui.reasons import register_words
from health.wording import reason_text

register_panel("health", _("Health"), "health_panel", 15, "health.read")
register_words("health_reason", reason_text)
register_settings_page(
    "method",
    label=_("Scorecards"),
    text=_("What makes a customer healthy: measures, weights, limits, with a preview on your customers."),
    icon="activity-heartbeat",
    url_name="scorecard_list",
)
register_definition(
    "unvalidated",
    _("Unvalidated"),
    _(
        "Expert weights. Whether this score foretells churn has not yet been tested on your own customers, "
        "so read it as an order of attention, not as a probability."
    ),
)
