"""From the Authorization header to a tenant, an API key and an actor."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.client_address import client_address
from accounts.models import ApiKey, Scope
from accounts.rest.problems import Problem
from accounts.services.audit import Actor

# As with Stripe's restricted keys, writing includes reading; administering includes everything.
IMPLIED = {
    Scope.READ: {Scope.READ, Scope.WRITE, Scope.ADMIN},
    Scope.WRITE: {Scope.WRITE, Scope.ADMIN},
    Scope.INGEST: {Scope.INGEST, Scope.ADMIN},
    Scope.ADMIN: {Scope.ADMIN},
}


def bearer_of(request: HttpRequest) -> str:
    """The secret in the request, or 401."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise unauthorized(_("Send your key as “Authorization: Bearer <key>”."))
    return secret.strip()


def unauthorized(detail: str = "") -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="api"'}
    return Problem(401, detail or _("There is no such key, or it has expired."), headers=headers)


def allows(key: ApiKey, scope: str) -> bool:
    return bool(IMPLIED[Scope(scope)] & set(key.scopes))


def require(key: ApiKey, scope: str) -> None:
    if not allows(key, scope):
        raise Problem(403, _("This key lacks the scope “%(scope)s”.") % {"scope": scope}, kind="missing-scope")


def note_use(key: ApiKey) -> None:
    """Remember the use, at most once a minute: reading must not mean writing each time."""
    now = timezone.now()
    minute_ago = now - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < minute_ago:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=minute_ago)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)


def actor_of(request: HttpRequest, key: ApiKey) -> Actor:
    return Actor(
        "api_key",
        f"{key.name} ({key.prefix}…)",
        id=key.pk,
        ip=client_address(request),
        user_agent=request.headers.get("User-Agent", "").replace("\x00", ""),
    )
