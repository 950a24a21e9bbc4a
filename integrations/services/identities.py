"""What identify and group calls say of people and companies, written to contacts and customers, set by set."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from accounts.events import record_event
from accounts.models import Contact, Customer, CustomerStanding, Language
from integrations.meaning import Company, Person

MOST_NAME = 200


def ensure_customers(companies: Iterable[Company]) -> dict[str, UUID]:
    """The customer of every external id; unknown ones are made, described ones take name and attributes."""
    wanted = {each.external_id: each for each in companies}
    known = _customers(wanted)
    new = [each for key, each in wanted.items() if key not in known]
    made = _create(new) if new else []
    changed = _describe([each for key, each in wanted.items() if key in known and each.traits])
    if made:
        known |= _customers(each.external_id for each in new)
    if made or changed:
        record_event("customers.changed", customer_ids=[str(pk) for pk in {*made, *changed}])
    return known


def _customers(keys: Iterable[str]) -> dict[str, UUID]:
    rows = Customer.objects.filter(external_id__in=list(keys)).values_list("external_id", "pk")
    return {key: pk for key, pk in rows if key}


def _create(companies: list[Company]) -> list[UUID]:
    rows = [
        Customer(
            external_id=each.external_id,
            name=_name(each.traits) or each.external_id,
            attributes=_attributes(each.traits),
        )
        for each in companies
    ]
    Customer.objects.bulk_create(rows, ignore_conflicts=True)
    ids = list(_customers(each.external_id for each in companies).values())
    CustomerStanding.objects.bulk_create([CustomerStanding(customer_id=pk) for pk in ids], ignore_conflicts=True)
    return ids


_DESCRIBE = """
UPDATE accounts_customer c SET name = coalesce(x.name, c.name), attributes = c.attributes || x.attributes, updated_at = now()
FROM jsonb_to_recordset(%s::jsonb) AS x(key text, name text, attributes jsonb)
WHERE c.external_id = x.key
  AND (c.name IS DISTINCT FROM coalesce(x.name, c.name) OR NOT c.attributes @> x.attributes)
RETURNING c.id
"""


def _describe(companies: list[Company]) -> list[UUID]:
    rows = [
        {"key": each.external_id, "name": _name(each.traits) or None, "attributes": _attributes(each.traits)}
        for each in companies
    ]
    return [row[0] for row in _rows(_DESCRIBE, rows)] if rows else []


# An address-book entry without an id of the integrator's, with the same address, is that person.
_CLAIM = """
UPDATE accounts_contact c SET external_id = x.key
FROM (
    SELECT DISTINCT ON (lower(x.email)) x.key, c.id
    FROM jsonb_to_recordset(%s::jsonb) AS x(key text, email text)
    JOIN accounts_contact c ON lower(c.email) = lower(x.email) AND c.external_id IS NULL
    WHERE x.email <> '' AND NOT EXISTS (SELECT 1 FROM accounts_contact k WHERE k.external_id = x.key)
    ORDER BY lower(x.email), c.id
) x WHERE c.id = x.id
"""
_UPSERT = """
INSERT INTO accounts_contact AS c (external_id, customer_id, email, name, role, language, timezone, traits,
                                   is_champion, subscriptions, mail_state, created_at, updated_at)
SELECT key, customer, email, name, role, language, timezone, traits, false, '{}', 'ok', now(), now()
FROM jsonb_to_recordset(%s::jsonb) AS x(key text, customer uuid, email text, name text, role text, language text,
                                        timezone text, traits jsonb) ORDER BY key
ON CONFLICT (tenant_id, external_id) DO UPDATE SET
    customer_id = coalesce(excluded.customer_id, c.customer_id),
    email = coalesce(nullif(excluded.email, ''), c.email),
    name = coalesce(nullif(excluded.name, ''), c.name),
    role = coalesce(nullif(excluded.role, ''), c.role),
    language = coalesce(nullif(excluded.language, ''), c.language),
    timezone = coalesce(nullif(excluded.timezone, ''), c.timezone),
    traits = c.traits || excluded.traits,
    updated_at = now()
WHERE c.customer_id IS DISTINCT FROM coalesce(excluded.customer_id, c.customer_id)
   OR excluded.email NOT IN ('', c.email) OR excluded.name NOT IN ('', c.name) OR excluded.role NOT IN ('', c.role)
   OR excluded.language NOT IN ('', c.language) OR excluded.timezone NOT IN ('', c.timezone)
   OR NOT c.traits @> excluded.traits
RETURNING c.id
"""


def ensure_contacts(people: Iterable[Person], homes: dict[str, UUID]) -> None:
    """Make or correct the contact of every person; `homes` says at which customer they are now."""
    rows = [_contact(each, homes.get(each.external_id)) for each in people]
    if not rows:
        return
    _claim(rows)
    changed = [row[0] for row in _rows(_UPSERT, rows)]
    if changed:
        record_event("contacts.changed", contact_ids=[str(pk) for pk in changed])


def _claim(rows: list[dict[str, Any]]) -> None:
    """Looking for addresses reads all contacts, so it is done for people who are new."""
    known = set(
        Contact.objects.filter(external_id__in=[row["key"] for row in rows]).values_list("external_id", flat=True)
    )
    new = [{"key": row["key"], "email": row["email"]} for row in rows if row["email"] and row["key"] not in known]
    if new:
        _run(_CLAIM, new)


def _contact(person: Person, customer: UUID | None) -> dict[str, Any]:
    traits = person.traits
    return {
        "key": person.external_id,
        "customer": customer,
        "email": _email(traits.get("email")),
        "name": _name(traits) or _full_name(traits),
        "role": _text(traits, "title", "position", "role", "jobTitle")[:100],
        "language": _language(_text(traits, "language", "locale") or person.locale),
        "timezone": _timezone(_text(traits, "timezone", "timeZone") or person.timezone),
        "traits": _attributes(traits),
    }


def _name(traits: dict[str, Any]) -> str:
    return _text(traits, "name")[:MOST_NAME]


def _full_name(traits: dict[str, Any]) -> str:
    first, last = _text(traits, "firstName", "first_name"), _text(traits, "lastName", "last_name")
    return f"{first} {last}".strip()[:MOST_NAME]


def _text(traits: dict[str, Any], *keys: str) -> str:
    values = (traits.get(key) for key in keys)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def _email(value: Any) -> str:
    """A wrong address is no reason to lose the person."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""


def _language(locale: str) -> str:
    """`no` and `nn-NO` read Norwegian, too; a language we do not speak leaves the choice to the tenant."""
    code = locale.replace("_", "-").split("-")[0].lower()
    code = "nb" if code in ("no", "nn") else code
    return code if code in Language.values else ""


def _timezone(name: str) -> str:
    return name if name in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _attributes(traits: dict[str, Any]) -> dict[str, Any]:
    """What is plain enough to filter by."""
    return {
        key: value for key, value in traits.items() if isinstance(value, str | int | float | bool) and len(key) <= 100
    }


def _rows(sql: str, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [msgspec.json.encode(rows).decode()])
        return cursor.fetchall()


def _run(sql: str, rows: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [msgspec.json.encode(rows).decode()])
