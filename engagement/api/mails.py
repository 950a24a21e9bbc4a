from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Contact, Customer
from accounts.rest.collections import find_row
from accounts.rest.fields import Choice, Flag, Instant, Text, Whole
from accounts.rest.openapi import Operation, inputs
from accounts.rest.problems import Problem
from accounts.rest.references import Ref
from accounts.rest.resource import Resource
from accounts.rest.views import ApiView, Request, Response
from engagement.models import MailCategory, Message, MessageState
from engagement.services.unsure import discard, mark_sent, send_again


class Mails(Resource):
    """The outbox: every mail that was asked for, and what became of it."""

    model = Message
    name = "mail"
    fields = {
        "contact": Ref(Contact, null=True),
        "customer": Ref(Customer, null=True),
        "category": Choice(MailCategory.values),
        "to_email": Text(254, null=True),
        "language": Text(8, null=True),
        "subject": Text(250, null=True),
        "state": Choice(MessageState.values),
        "reason": Text(40, null=True, help="Why it was not sent."),
        "error": Text(2000, null=True, help="What the mail server said last."),
        "transport": Text(40, null=True, help="`capture` means that it was kept in a file and not sent."),
        "attempts": Whole(),
        "is_test": Flag(),
        "run_at": Instant(),
        "created_at": Instant(),
        "sent_at": Instant(null=True),
    }
    orders = {"created_at": "created_at"}
    default_order = "-created_at"
    filters = {
        "state": Choice(MessageState.values),
        "contact": Ref(Contact),
        "customer": Ref(Customer),
        "category": Choice(MailCategory.values),
    }


mails = Mails()

DECISIONS: dict[str, Any] = {"sent": mark_sent, "again": send_again, "discard": discard}
REQUEST = {"as": Choice(DECISIONS, required=True, help="`sent`, `again` (it may arrive twice) or `discard`.")}


class ResolutionView(ApiView):
    """Decide about a mail of which nobody knows whether it was sent."""

    operations = {"POST": Operation("Settle an unsure mail", mails.read_schema, request=inputs(REQUEST))}

    def post(self, request: Request, id: str) -> Response:
        decision = self.body(REQUEST)["as"]
        mail = find_row(mails, id, lock=True)
        if mail.state != MessageState.UNSURE or not DECISIONS[decision](mail):
            raise Problem(409, _("This mail is not unsure."), kind="conflict")
        return Response(mails.render(find_row(mails, id)))
