from __future__ import annotations

import json
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Tenant, User
from accounts.services.audit import Actor, acting_as
from accounts.services.tenants import FirstKeys, create_first_keys, create_tenant
from accounts.tenancy.scope import tenant_scope


class Command(BaseCommand):
    help = "Make a tenant with its owner, an API key and a write key; the secrets are printed this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", required=True, help="the tenant's part of the address: a–z, 0–9, hyphens")
        parser.add_argument("--name", required=True)
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Oslo")
        parser.add_argument("--currency", default="USD", help="reporting currency, ISO 4217")
        parser.add_argument("--json", action="store_true", help="print one JSON line")

    def handle(self, *args: Any, **options: Any) -> None:
        owner, password = _owner(options["owner_email"])
        try:
            with acting_as(Actor("system", "create_tenant")):
                tenant = create_tenant(
                    slug=options["slug"],
                    name=options["name"],
                    owner=owner,
                    timezone=options["timezone"],
                    currency=options["currency"],
                )
                with tenant_scope(tenant):
                    keys = create_first_keys()
        except ValidationError as error:
            raise CommandError(_by_field(error)) from error
        if password is None:
            self.stderr.write(f"{owner.email} had an account already and keeps its password.")
        self._print(tenant, owner, password, keys, as_json=options["json"])

    def _print(self, tenant: Tenant, owner: User, password: str | None, keys: FirstKeys, *, as_json: bool) -> None:
        answer = {
            "tenant": tenant.slug,
            "owner": owner.email,
            "password": password,
            "api_key": keys.api_key,
            "write_key": keys.write_key,
        }
        if as_json:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.writelines(f"{name.replace('_', ' '):<10} {value}" for name, value in answer.items())


def _owner(email: str) -> tuple[User, str | None]:
    """The person with this address and no password to tell, or a new one, not yet saved, with a password."""
    email = email.strip().lower()
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known, None
    password = secrets.token_urlsafe(12)
    owner = User(email=email, name=email.split("@")[0])
    owner.set_password(password)
    try:
        owner.full_clean()
    except ValidationError as error:
        raise CommandError(_by_field(error).replace("email", "owner-email")) from error
    return owner, password


def _by_field(error: ValidationError) -> str:
    return "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
