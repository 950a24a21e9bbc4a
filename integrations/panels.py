from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.settings_pages import register_settings_page

register_settings_page(
    "data",
    label=_("Event stream"),
    text=_("How usage events arrive, and those that were refused."),
    icon="access-point",
    url_name="event_stream",
)
