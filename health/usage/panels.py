from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.panels import register_panel
from accounts.settings_pages import register_settings_page

register_panel("usage", _("Usage"), "usage_panel", 20)
register_settings_page(
    "method",
    label=_("Events and features"),
    text=_("What counts as use, as a log-in, and which feature it shows."),
    icon="puzzle",
    url_name="event_types",
)
