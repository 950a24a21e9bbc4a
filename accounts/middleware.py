"""Who asks, from where, and in which language and time zone they want the answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.client_address import client_address
from accounts.models import User
from accounts.services.audit import Actor, acting_as


class PersonMiddleware:
    """Signed-in people get their own language and time zone; what they change is recorded as theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = _person(request)
        with ExitStack() as stack:
            stack.enter_context(acting_as(actor_of(request, person)))
            stack.enter_context(timezone.override(_zone(person)))
            if person is None:
                return self.get_response(request)
            stack.enter_context(translation.override(person.language))
            request.LANGUAGE_CODE = person.language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", person.language)
            return response


def actor_of(request: HttpRequest, person: User | None) -> Actor:
    """The person, or a visitor; with the address and browser of this request."""
    address, browser = client_address(request), request.headers.get("User-Agent", "").replace("\x00", "")
    if person is None:
        return Actor("visitor", "visitor", ip=address, user_agent=browser)
    return Actor("user", person.email, person.pk, ip=address, user_agent=browser)


def _person(request: HttpRequest) -> User | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None  # type: ignore[return-value]


def _zone(person: User | None) -> ZoneInfo | None:
    return ZoneInfo(person.timezone) if person and person.timezone else None
