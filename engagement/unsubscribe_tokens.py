"""The signed word in every mail's unsubscribe address: it names tenant, contact and category, and never expires."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

SALT = "unsubscribe"


@dataclass(frozen=True)
class Grant:
    """May change which mails of this tenant this contact gets."""

    tenant_id: int
    contact_id: UUID
    category: str


def sign(grant: Grant) -> str:
    return signing.Signer(salt=SALT).sign_object([grant.tenant_id, grant.contact_id.hex, grant.category])


def read(token: str) -> Grant | None:
    """None for a word that we did not sign."""
    try:
        tenant_id, contact, category = signing.Signer(salt=SALT).unsign_object(token)
        return Grant(int(tenant_id), UUID(contact), str(category))
    except (signing.BadSignature, ValueError, TypeError, UnicodeError):
        return None
