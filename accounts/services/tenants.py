"""A tenant from nothing: the company, its first owner, its daily jobs; all of it or none."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from accounts.events import record_event
from accounts.jobs import ensure_recurring
from accounts.models import Membership, Role, Scope, Tenant, User
from accounts.services.api_keys import create_api_key
from accounts.services.audit import record_audit, snapshot
from accounts.tenancy.scope import tenant_scope

# First parts of addresses that are not a tenant's.
RESERVED_SLUGS = frozenset(
    (
        "account accounts admin api app assets billing docs healthz help invite join jsi18n language languages legal "
        "login logout media metrics new portal readyz settings setup sign-up signup static status styleguide support "
        "switch theme u v1 webhooks welcome well-known www"
    ).split()
)


@dataclass(frozen=True)
class FirstKeys:
    """Secrets that are shown once."""

    api_key: str
    write_key: str


def create_tenant(
    *, slug: str, name: str, owner: User, timezone: str = "UTC", currency: str = "USD", language: str = "en"
) -> Tenant:
    """Make the tenant with this person as its owner, who is saved along with it when new.

    Raises ValidationError by field and leaves nothing behind.
    """
    tenant = Tenant(slug=slug, name=name.strip(), timezone=timezone, currency=currency.upper(), language=language)
    check_slug(slug)
    tenant.full_clean()
    tenant.pk = _next_tenant_id()
    try:
        with tenant_scope(tenant):
            tenant.save(force_insert=True)
            _seat_owner(owner)
            ensure_recurring(tenant)
            record_event("tenant.created")
            record_audit("tenant.created", tenant, after=snapshot(tenant, "slug", "name", "timezone", "currency"))
    except IntegrityError as error:
        raise ValidationError({"slug": _("This address was taken a moment ago.")}) from error
    return tenant


def create_first_keys(owner: Membership | None = None) -> FirstKeys:
    """One key that may do everything but send events, and one write key for events."""
    scopes = [Scope.READ.value, Scope.WRITE.value, Scope.ADMIN.value]
    _key, api_key = create_api_key(name="First key", scopes=scopes, created_by=owner)
    _key, write_key = create_api_key(name="First write key", scopes=[], created_by=owner, is_write_key=True)
    return FirstKeys(api_key, write_key)


def check_slug(slug: str) -> None:
    """ValidationError for an address that the product needs itself or that another tenant has."""
    if slug in RESERVED_SLUGS:
        raise ValidationError({"slug": _("This address is reserved.")})
    if Tenant.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": _("Another workspace has this address.")})


def _seat_owner(owner: User) -> None:
    if owner._state.adding:
        owner.save()
        owner.vouch_for_address()
    membership = Membership.objects.create(user=owner, role=Role.OWNER)
    record_audit("member.joined", membership, after={"email": owner.email, "role": membership.role})


def _next_tenant_id() -> int:
    """Known before the row exists, because the row is written inside its own scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_tenant', 'id'))")
        number: int = cursor.fetchone()[0]
        return number
