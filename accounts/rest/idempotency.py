"""`Idempotency-Key`: a write that is repeated within a day gets the answer of the first and changes nothing.

The answer is stored in the transaction of the write, so either both exist or neither. A refused write stores
nothing and may be mended under the same key. While the first is running, an advisory lock answers 409.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.jobs import job_handler, recurring
from accounts.models import ApiKey, IdempotencyKey, Job
from accounts.rest.problems import FieldError, Problem

KEPT = timedelta(hours=24)
_ACCEPTABLE = re.compile(r"^[\x21-\x7e]{1,255}$")


class Attempt:
    """One request that carries an idempotency key."""

    def __init__(self, key: str, api_key: ApiKey, fingerprint: str) -> None:
        self.key, self.api_key, self.fingerprint = key, api_key, fingerprint

    def earlier_answer(self) -> HttpResponse | None:
        """What the first attempt was told; 409 while it runs, 422 if it asked for something else."""
        self._lock()
        kept = IdempotencyKey.objects.filter(
            api_key=self.api_key, key=self.key, created_at__gt=timezone.now() - KEPT
        ).first()
        if kept is None:
            return None
        if kept.fingerprint != self.fingerprint:
            raise Problem(422, _("This Idempotency-Key was used for another request."), kind="idempotency-mismatch")
        headers = {**kept.headers, "Idempotent-Replayed": "true"}
        return HttpResponse(kept.body.encode(), status=kept.status, headers=headers)

    def keep(self, response: HttpResponse, secret_fields: Sequence[str] = ()) -> None:
        headers = {name: response[name] for name in ("Content-Type", "Location") if name in response}
        IdempotencyKey.objects.update_or_create(
            api_key=self.api_key,
            key=self.key,
            defaults={
                "fingerprint": self.fingerprint,
                "status": response.status_code,
                "headers": headers,
                "body": _without(response.content, secret_fields),
                "created_at": timezone.now(),
            },
        )

    def _lock(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(self.api_key.pk, self.key)])
            if not cursor.fetchone()[0]:
                detail = _("The first request with this Idempotency-Key is still running.")
                raise Problem(409, detail, kind="idempotency-in-flight", headers={"Retry-After": "1"})


def lock_number(api_key_id: UUID, key: str) -> int:
    """The advisory lock that one attempt holds while it runs."""
    return int.from_bytes(hashlib.sha256(f"{api_key_id}:{key}".encode()).digest()[:8], "big", signed=True)


def attempt_of(request: HttpRequest, api_key: ApiKey, body: bytes) -> Attempt | None:
    """The attempt, if the request carries a key; a key that cannot be one is a 400."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _ACCEPTABLE.match(key):
        error = FieldError("Idempotency-Key", "invalid_format", _("1 to 255 visible ASCII characters."))
        raise Problem(400, _("The header Idempotency-Key is not valid."), [error], kind="bad-header")
    asked = f"{request.method} {request.get_full_path().rstrip('/')} {request.content_type}\n".encode() + body
    return Attempt(key, api_key, hashlib.sha256(asked).hexdigest())


def _without(content: bytes, secret_fields: Sequence[str]) -> str:
    """Secrets are shown once; what is kept to be repeated does not contain them."""
    if not secret_fields:
        return content.decode()
    body: dict[str, Any] = json.loads(content)
    return json.dumps({name: None if name in secret_fields else value for name, value in body.items()})


@job_handler("api.forget_answers")
def forget_answers(job: Job) -> None:
    IdempotencyKey.objects.filter(created_at__lte=timezone.now() - KEPT).delete()


recurring("api.forget_answers", hour=4)
