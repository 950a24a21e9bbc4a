"""Problem documents (RFC 9457): the one form of every refusal below /api/."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """One fault: where (`/data/3/name`, or `?limit` for a query parameter), a stable code, a sentence."""

    pointer: str
    code: str
    message: str

    def below(self, prefix: str) -> FieldError:
        return FieldError(prefix + self.pointer, self.code, self.message)

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


class Invalid(ValueError):
    """A value that a field refuses; the pointers are relative to that field."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors

    @classmethod
    def because(cls, code: str, message: str, pointer: str = "") -> Invalid:
        return cls(FieldError(pointer, code, message))


@dataclass
class Problem(Exception):
    """Raise it anywhere below an `ApiView` to refuse the request with this document."""

    status: int
    detail: str = ""
    errors: Sequence[FieldError] = ()
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        phrase = HTTPStatus(self.status).phrase
        body: dict[str, Any] = {
            "type": f"urn:perennial:problem:{self.kind or phrase.lower().replace(' ', '-')}",
            "title": phrase,
            "status": self.status,
            "detail": self.detail or phrase,
            "errors": [error.as_json() for error in self.errors],
        }
        text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return HttpResponse(text, status=self.status, content_type=CONTENT_TYPE, headers=self.headers)


def not_found() -> Problem:
    """The same answer for an id that never was and for one of another tenant."""
    return Problem(404, _("There is no such object."))


def malformed(detail: str) -> Problem:
    return Problem(400, detail, kind="malformed")


def invalid(errors: Iterable[FieldError]) -> Problem:
    return Problem(422, _("Some values are not valid."), tuple(errors), kind="invalid")


def bad_parameters(errors: Iterable[FieldError]) -> Problem:
    return Problem(400, _("Some query parameters are not valid."), tuple(errors), kind="bad-parameters")


def problem_of(error: BaseException) -> Problem | None:
    """The document for what DRF and Django raise; None for a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Invalid):
        return invalid(error.errors)
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        return Problem(403)
    if isinstance(error, RequestDataTooBig):
        return Problem(413)
    if isinstance(error, SuspiciousOperation):
        return Problem(400)
    if isinstance(error, IntegrityError):
        logger.warning("write refused by the database", exc_info=error)
        return Problem(409, _("The object, or one that it refers to, was changed meanwhile."), kind="conflict")
    if isinstance(error, DataError):
        logger.error("value refused by the database", exc_info=error)
        return Problem(422, _("A value cannot be stored."), kind="invalid")
    if isinstance(error, exceptions.APIException):
        return Problem(error.status_code, str(error.detail))
    return None


def handle_exception(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler: a problem document for everything, a logged 500 without details for our faults."""
    problem = problem_of(error)
    if problem is not None:
        return problem.response()
    view, request = context.get("view"), context.get("request")
    logger.exception("api request failed", exc_info=error)
    got_request_exception.send(sender=type(view), request=getattr(request, "_request", request))
    return Problem(500, _("Something went wrong on our side. It has been recorded.")).response()
