"""The wire endpoint. Clients retry or drop by the status alone, so that each is chosen for what they do with it."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Scope
from accounts.rest.keys import allows, note_use
from accounts.rest.limits import count_request
from accounts.services.api_keys import find_api_key, tenant_of_key
from accounts.tenancy.scope import tenant_scope
from integrations.services import inbox
from integrations.wire.post import Malformed, Post, read_post

log = structlog.get_logger(__name__)

MOST_BYTES = 1024 * 1024  # after decompression; the clients stop at half of it
POSTS_PER_MINUTE = 6000
PASSING_TROUBLE = 5  # seconds


class Turned(Exception):
    """The post is not taken."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


@csrf_exempt
def ingest(request: HttpRequest, call: str) -> HttpResponse:
    """200 only after the events are durable; every refusal is `{"code", "message"}`."""
    if request.method == "OPTIONS":
        return _across_origins(HttpResponse(status=204))
    try:
        _take_in(request, call)
        response: HttpResponse = JsonResponse({"success": True})
    except Turned as turned:
        response = _refusal(turned)
    except (DatabaseError, InterfaceError):
        log.exception("ingest.unavailable")
        response = _refusal(
            Turned(
                503, "unavailable", "The events could not be stored now; send them again.", retry_after=PASSING_TROUBLE
            )
        )
    return _across_origins(response)


def _take_in(request: HttpRequest, call: str) -> None:
    if request.method != "POST":
        raise Turned(405, "method_not_allowed", "Use POST.")
    received_at = timezone.now()
    secret = _key_of(request)
    tenant = tenant_of_key(secret) if secret else None
    if secret and tenant is None:
        raise _unknown_key()
    body = _body(request)
    try:
        post = read_post(call, body)
    except Malformed as error:
        raise Turned(400, "malformed", str(error)[:300]) from error
    secret = _agreed_key(secret, post)
    tenant = tenant or tenant_of_key(secret)
    if tenant is None:
        raise _unknown_key()
    with tenant_scope(tenant):
        key = find_api_key(secret)
        if key is None:
            raise _unknown_key()
        if not allows(key, Scope.INGEST):
            raise Turned(403, "missing_scope", "This key may not send events.")
        _within_limits(tenant.pk)
        note_use(key)
        inbox.accept(call, body, post, received_at)


def _key_of(request: HttpRequest) -> str:
    """The user name of Basic, or a Bearer token; empty without either."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Turned(401, "unauthorized", "The Authorization header cannot be read.") from error


def _agreed_key(secret: str, post: Post) -> str:
    named = post.write_key
    if named is None or named == "":
        if not secret:
            raise Turned(401, "unauthorized", "Send your write key as the user name of Basic authorization.")
        return secret
    if not isinstance(named, str) or (secret and named != secret):
        raise Turned(401, "unauthorized", "The write keys of header and body differ.")
    return named


def _unknown_key() -> Turned:
    return Turned(401, "unauthorized", "There is no such write key, or it was revoked.")


def _within_limits(tenant_id: int) -> None:
    allowance = count_request(f"ingest:{tenant_id}", POSTS_PER_MINUTE)
    if allowance.exceeded:
        raise Turned(429, "too_many_requests", "Too many posts in this minute.", retry_after=max(1, allowance.reset))
    if inbox.is_full():
        raise Turned(503, "backlog", "Earlier events are still being stored.", retry_after=PASSING_TROUBLE)


def _body(request: HttpRequest) -> bytes:
    too_large = Turned(413, "too_large", f"The limit is {MOST_BYTES} bytes after decompression.")
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise too_large
        raw = request.body
    except (RequestDataTooBig, ValueError) as error:
        raise too_large from error
    except UnreadablePostError as error:
        raise Turned(400, "malformed", "The body ended early.") from error
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        raw = _gunzip(raw, too_large)
    elif encoding not in ("", "identity"):
        raise Turned(400, "malformed", "The only Content-Encoding is gzip.")
    if len(raw) > MOST_BYTES:
        raise too_large
    return raw


def _gunzip(packed: bytes, too_large: Turned) -> bytes:
    """Never more than the limit is unpacked, whatever a bomb promises."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        raw = unpacker.decompress(packed, MOST_BYTES + 1)
    except zlib.error as error:
        raise Turned(400, "malformed", "The body is not gzip.") from error
    if len(raw) > MOST_BYTES:
        raise too_large
    if not unpacker.eof:
        raise Turned(400, "malformed", "The gzip body ends early.")
    return raw


def _refusal(turned: Turned) -> JsonResponse:
    answer: dict[str, Any] = {"code": turned.code, "message": turned.message}
    response = JsonResponse(answer, status=turned.status)
    if turned.retry_after is not None:
        response["Retry-After"] = str(turned.retry_after)
    if turned.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="events"'
    if turned.status == 405:
        response["Allow"] = "POST, OPTIONS"
    return response


def _across_origins(response: HttpResponse) -> HttpResponse:
    """Browsers of any site may send; a write key opens nothing else, and no cookie is looked at."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding"
    response["Access-Control-Max-Age"] = "86400"
    return response
