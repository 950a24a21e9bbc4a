"""Finding customers and contacts as somebody types.

Prefixes use the index on the stored lower-case name, whose operator is leakproof; substrings go through the
`search_customers` function (docs/ARCHITECTURE.md, tenancy), since LIKE would keep every index out under
row-level security.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from accounts.models import Contact, Customer

SHORTEST_SUBSTRING = 3  # fewer characters have no trigram


def find_customers(query: str, limit: int = 20) -> list[Customer]:
    """Those whose name begins with the words first, then those that contain them; at most `limit`."""
    wanted = clean(query)
    if not wanted:
        return []
    starting = list(starting_with(wanted).select_related("standing", "csm__user")[:limit])
    if len(starting) == limit or len(wanted) < SHORTEST_SUBSTRING:
        return starting
    known = {customer.pk for customer in starting}
    more = Customer.objects.filter(pk__in=containing(wanted, limit + len(known))).exclude(pk__in=known)
    rows = more.select_related("standing", "csm__user").order_by("name_lc", "id")
    return starting + list(rows[: limit - len(starting)])


def starting_with(wanted: str) -> Any:
    """Customers by lower-case name prefix, in order of name."""
    return Customer.objects.filter(prefixed(wanted)).order_by("name_lc", "id")


def prefixed(wanted: str) -> RawSQL:
    """The condition on customers by which the index on the lower-case name is entered."""
    return RawSQL("accounts_customer.name_lc ^@ %s", [wanted], output_field=BooleanField())


def containing(wanted: str, most: int) -> list[Any]:
    """Ids of up to `most` customers of the tenant in scope whose name contains the words, in no order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM search_customers(%s, %s)", [wanted, most])
        return [row[0] for row in cursor.fetchall()]


def find_contacts(query: str, limit: int = 5) -> list[Contact]:
    """Contacts with exactly this e-mail address."""
    wanted = clean(query)
    if "@" not in wanted:
        return []
    rows = Contact.objects.select_related("customer").filter(email__iexact=wanted, customer__isnull=False)
    return list(rows[:limit])


def clean(query: str) -> str:
    """Lower case, single spaces, no control characters, at most 100 characters."""
    printable = "".join(c for c in query if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF)
    return " ".join(printable.lower().split())[:100]
