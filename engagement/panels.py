from django.utils.translation import gettext_lazy as _

from accounts.panels import register_panel

register_panel("tasks", _("Tasks"), "tasks_panel", 10, column="side")
register_panel("timeline", _("Timeline"), "timeline_panel", 60)
