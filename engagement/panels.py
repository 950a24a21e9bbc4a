from django.utils.translation import gettext_lazy as _

from accounts.panels import register_panel
from accounts.settings_pages import register_settings_page

register_panel("tasks", _("Tasks"), "tasks_panel", 10, column="side")
register_panel("timeline", _("Timeline"), "timeline_panel", 60)

register_settings_page(
    "data",
    label=_("Outgoing mail"),
    text=_("Every mail to your customers: sent, waiting, refused; and addresses that get none."),
    icon="mail-forward",
    url_name="outbox",
    permission="outreach.write",
)
