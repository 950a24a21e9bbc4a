from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.rest.collections import find_row
from accounts.rest.fields import Choice, Flag, Instant, Text
from accounts.rest.openapi import Operation, component
from accounts.rest.problems import FieldError, Problem
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response
from integrations.models import DeadLetter, Reason
from integrations.services.dead_letters import NotReplayable, replay


class DeadLetters(Resource):
    """Events that were refused inside a batch that was accepted. They cannot be written, only replayed."""

    model = DeadLetter
    name = "dead_letter"
    fields = {
        "reason": Choice(Reason.values, read_only=True),
        "detail": Text(300, blank=True, read_only=True),
        "message_id": Text(300, blank=True, read_only=True),
        "call": Text(8, read_only=True),
        "payload": Text(64 * 1024, read_only=True, help="The event as it came, JSON text."),
        "received_at": Instant(read_only=True),
        "replayed_at": Instant(null=True, read_only=True),
    }
    filters = {
        "reason": Choice(Reason.values),
        "message_id": Text(300),
        "replayed": Flag(),
    }

    def narrow(self, rows: Any, name: str, value: Any) -> Any:
        if name == "replayed":
            return rows.filter(replayed_at__isnull=not value)
        return super().narrow(rows, name, value)


dead_letters = DeadLetters()
REPLAYED = component(
    "Replayed", {"type": "object", "required": ["replayed"], "properties": {"replayed": {"type": "boolean"}}}
)


class ReplayView(ApiView):
    """Send a refused event through the stream again. Once; `replayed` says whether this call did it."""

    operations = {"POST": Operation("Replay a refused event", REPLAYED)}

    def post(self, request: Request, id: str) -> Response:
        letter = find_row(dead_letters, id)
        try:
            return Response({"replayed": replay(letter)})
        except NotReplayable as error:
            fault = FieldError("/payload", letter.reason, _("No JSON that could ever be stored."))
            raise Problem(422, _("This event cannot be replayed."), [fault]) from error
