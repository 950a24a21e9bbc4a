from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Contact, Customer, Language, Segment
from accounts.rest.collections import find_row, page_of
from accounts.rest.cursors import page_parameters
from accounts.rest.fields import Choice, Day, ExternalId, Field, Flag, Instant, Schema, Text, Whole
from accounts.rest.nested import ListOf, Record
from accounts.rest.openapi import Operation, listing
from accounts.rest.problems import FieldError, Invalid
from accounts.rest.references import Ref
from accounts.rest.resource import Resource, Write
from accounts.rest.views import ApiView, Request, Response
from engagement.models import Cadence, Enrolment, EnrolmentState, MailCategory, Trigger
from engagement.models.cadence import every_weekday
from engagement.services.cadences import StepDraft, activate, check_steps, pause, save_steps


class Clock(Field):
    """A local time of day, to the minute."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
            return time.fromisoformat(value)
        raise Invalid.because("invalid_format", _("Must be a time of day, HH:MM."))

    def render(self, value: Any) -> Any:
        return f"{value:%H:%M}"

    def details(self) -> Schema:
        return {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


TEXT = Record({"subject": Text(250, required=True), "body": Text(20_000, multiline=True, required=True)})
TEXTS = Record(dict.fromkeys(Language.values, TEXT), required=True)
STEP = Record(
    {
        "offset_days": Whole(-3650, 3650, required=True, help="Days after the start; before a renewal, negative."),
        "weekdays": ListOf(Whole(1, 7), least=1, most=7, default=every_weekday, help="Monday is 1."),
        "send_from": Clock(default=lambda: time(9)),
        "send_to": Clock(default=lambda: time(16)),
        "texts": TEXTS,
    }
)


class Steps(ListOf):
    """Steps with their texts by language; languages without a text are left out."""

    def parse(self, value: Any) -> Any:
        return [{**step, "weekdays": sorted(set(step["weekdays"]))} for step in super().parse(value)]

    def render(self, value: Any) -> Any:
        return [
            {**STEP.render(step), "texts": {name: TEXT.render(text) for name, text in step["texts"].items()}}
            for step in value
        ]


class Cadences(Resource):
    """Series of mails relative to a day in a customer's life."""

    model = Cadence
    name = "cadence"
    fields = {
        "external_id": ExternalId(),
        "name": Text(100, required=True),
        "category": Choice(MailCategory.optional(), default=MailCategory.ONBOARDING.value),
        "trigger": Choice(Trigger.values, default=Trigger.SIGNED_UP.value),
        "event": Text(64, null=True, help="Kind of the domain event, for the trigger `event`."),
        "segment": Ref(Segment, null=True, help="Only customers of this segment."),
        "champions_only": Flag(default=False),
        "stop_on_churn": Flag(default=True),
        "stop_on_reply": Flag(default=True),
        "starts_on": Day(
            null=True, help="Sign-ups and events before this day are left out; the activation by default."
        ),
        "is_active": Flag(default=False, source="wanted_active"),
        "steps": Steps(STEP, least=1, most=50, required=True, source="written_steps"),
        "created_at": Instant(read_only=True),
        "updated_at": Instant(read_only=True),
    }
    orders = {"id": "pk", "name": "name"}
    filters = {"external_id": ExternalId(), "trigger": Choice(Trigger.values), "category": Choice(MailCategory.values)}

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Cadence.objects.prefetch_related("steps")
        return found

    def check(self, row: Any) -> Iterable[FieldError]:
        if row.trigger == Trigger.EVENT and not row.event:
            yield FieldError("/event", "required", _("Is required with this trigger."))
        try:
            check_steps([StepDraft(**step) for step in row.written_steps])
        except ValidationError as error:
            for where, messages in error.message_dict.items():
                for message in messages:
                    yield FieldError(f"/steps/{where.replace('.', '/')}", "invalid", message)

    def written(self, writes: Sequence[Write]) -> None:
        for write in writes:
            cadence: Cadence = write.row
            steps, active = cadence.written_steps, cadence.wanted_active
            cadence._prefetched_objects_cache = {}  # type: ignore[attr-defined]
            save_steps(cadence, [StepDraft(**step) for step in steps])
            if active and not cadence.is_active:
                activate(cadence)
            elif cadence.is_active and not active:
                pause(cadence)


cadences = Cadences()


class Enrolments(Resource):
    """Contacts on their way through a cadence."""

    model = Enrolment
    name = "cadence_enrolment"
    fields = {
        "contact": Ref(Contact),
        "customer": Ref(Customer, null=True),
        "anchor_on": Day(help="The day that the steps count from."),
        "state": Choice(EnrolmentState.values),
        "next_step": Whole(),
        "next_at": Instant(null=True),
        "stop_reason": Text(40, null=True),
        "enrolled_at": Instant(),
        "ended_at": Instant(null=True),
    }
    orders = {"enrolled_at": "enrolled_at"}
    filters = {"state": Choice(EnrolmentState.values)}


enrolments = Enrolments()


class EnrolmentsView(ApiView):
    """The contacts in a cadence, newest first."""

    operations = {"GET": Operation("List the enrolments of a cadence", listing(enrolments.read_schema))}
    parameters = {**page_parameters(enrolments.orders, "-enrolled_at"), **enrolments.filters}

    def get(self, request: Request, id: str) -> Response:
        cadence = find_row(cadences, id)
        return Response(page_of(enrolments, enrolments.rows().filter(cadence=cadence), self.query()))
