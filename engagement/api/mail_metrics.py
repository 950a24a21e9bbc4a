from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.fields import Day
from accounts.rest.openapi import Operation
from accounts.rest.problems import FieldError, bad_parameters
from accounts.rest.views import ApiView, Request, Response
from engagement.selectors.mail_figures import mail_figures

COUNTS = ("sent", "captured", "bounced", "refused", "unwanted", "unsure", "waiting")
_UNKNOWN = {"value": None, "reason": "not_measured"}


class MailMetricsView(ApiView):
    """Mails by category: sent, bounced, refused, not wanted. Opens and clicks are not watched."""

    parameters = {
        "from": Day(required=True, help="First day, in the tenant's time zone."),
        "to": Day(required=True, help="The day after the last one."),
    }
    operations = {"GET": Operation("Mails of a period by category")}

    def get(self, request: Request) -> Response:
        query = self.query()
        if query["to"] <= query["from"]:
            raise bad_parameters([FieldError("?to", "out_of_range", _("Must be after `from`."))])
        rows = mail_figures(self.tenant.midnight(query["from"]), self.tenant.midnight(query["to"]))
        total = {name: sum(row[name] for row in rows) for name in COUNTS}
        groups = [{"key": row["category"], **_figures(row)} for row in rows]
        is_partial = self.tenant.today() < query["to"]
        return Response({**_figures(total), "groups": groups, "definition_version": 1, "is_partial": is_partial})


def _figures(counts: dict[str, Any]) -> dict[str, Any]:
    """A refusal at the door is never `sent`; what the server took and sent back later comes as a bounce mail."""
    tried = counts["sent"] + counts["bounced"]
    rate = f"{Decimal(counts['bounced']) / tried:.6f}" if tried else None
    return {
        **{name: counts[name] for name in COUNTS},
        "bounce_rate": {"value": rate, "reason": None if tried else "no_data"},
        "open_rate": _UNKNOWN,
        "click_rate": _UNKNOWN,
    }
