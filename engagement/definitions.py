from django.utils.translation import gettext_lazy as _

from accounts.definitions import register_definition

register_definition(
    "today_priority",
    _("How the day is ordered"),
    _(
        "Risk × annual revenue × urgency. Risk comes from the health score; a customer without one counts as half. "
        "Due today weighs 1, each day late adds 0.1 up to 2, and what lies ahead weighs 7 ÷ (7 + days)."
    ),
)
