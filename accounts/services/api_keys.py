"""API keys: made, shown once, recognised by hash. A key names its tenant, so that it is looked up inside the scope."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

from django.utils import timezone

from accounts.models import ApiKey, Membership, Scope, Tenant
from accounts.services.audit import record_audit
from accounts.tenancy.scope import current_tenant

KEY = re.compile(r"^pr[kw]_([0-9a-z]{1,13})_[A-Za-z0-9_-]{32,64}$")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def create_api_key(
    *,
    name: str,
    scopes: list[str],
    created_by: Membership | None = None,
    expires_at: datetime | None = None,
    is_write_key: bool = False,
) -> tuple[ApiKey, str]:
    """The stored key and, this once, its secret. A write key sends events and can do nothing else."""
    secret = f"{'prw' if is_write_key else 'prk'}_{_base36(current_tenant().pk)}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:12],
        key_hash=hash_key(secret),
        scopes=[Scope.INGEST] if is_write_key else scopes,
        is_write_key=is_write_key,
        created_by=created_by,
        expires_at=expires_at,
    )
    record_audit("api_key.created", key, after={"name": name, "scopes": key.scopes, "expires_at": expires_at})
    return key, secret


def revoke_api_key(key: ApiKey) -> bool:
    """True for the call that revoked it."""
    revoked = bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()))
    if revoked:
        record_audit("api_key.revoked", key, before={"name": key.name})
    return revoked


def tenant_of_key(secret: str) -> Tenant | None:
    """The tenant a key claims to belong to; says nothing of whether the key is good."""
    match = KEY.match(secret)
    return Tenant.objects.filter(pk=int(match[1], 36)).first() if match and int(match[1], 36) < 2**63 else None


def find_api_key(secret: str) -> ApiKey | None:
    """The usable key with this secret, among those of the tenant in scope."""
    return ApiKey.objects.usable(timezone.now()).filter(key_hash=hash_key(secret)).first()


def hash_key(secret: str) -> str:
    """SHA-256: enough for 256 random bits, and quick enough for every request."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
