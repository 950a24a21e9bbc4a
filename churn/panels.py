from django.utils.translation import gettext_lazy as _

from accounts.panels import register_panel

register_panel("money", _("Money"), "money_panel", 30, "revenue.read")
