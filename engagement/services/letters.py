"""What a mail says to this contact: the right language, the merge fields filled in, the way to unsubscribe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.models import Contact, Customer, Tenant
from engagement.channels.email import Envelope, message_id_of
from engagement.mail_layout import Letter
from engagement.merging import merge
from engagement.models import MailCategory, Message
from engagement.unsubscribe_tokens import Grant, sign


@dataclass(frozen=True)
class Words:
    """A subject and a Markdown body in one language."""

    language: str
    subject: str
    body: str


class NothingToSay(Exception):
    """No text in any language, or the step was deleted."""


def language_of(tenant: Tenant, contact: Contact | None) -> str:
    """The contact's language, else the customer's, else the tenant's."""
    customer = contact.customer if contact else None
    return (contact and contact.language) or (customer and customer.language) or tenant.language


def choose_words(texts: dict[str, Any], *wanted: str) -> Words:
    """The text in the first of these languages that has one, else in any."""
    for language in (*wanted, "en", *sorted(texts)):
        text = texts.get(language) or {}
        if text.get("subject") and text.get("body"):
            return Words(language, text["subject"], text["body"])
    raise NothingToSay


def merge_values(tenant: Tenant, contact: Contact | None, customer: Customer | None) -> dict[str, str]:
    """What the merge fields stand for; a field without a value takes its fallback."""
    values = {"tenant.name": tenant.name}
    if contact is not None:
        values |= {
            "contact.name": contact.name,
            "contact.first_name": contact.name.split(" ")[0],
            "contact.email": contact.email,
            "contact.role": contact.role,
        }
    if customer is not None:
        standing = getattr(customer, "standing", None)
        values |= {"customer.name": customer.name, "customer.tier": customer.tier}
        values["customer.plan"] = standing.plan if standing else ""
        values |= {f"customer.attributes.{name}": _text(value) for name, value in customer.attributes.items()}
        if customer.csm is not None:
            values |= {"csm.name": customer.csm.user.name, "csm.email": customer.csm.user.email}
    return values


def merged(words: Words, values: dict[str, str]) -> Words:
    return Words(
        words.language, merge(words.subject, values, markdown=False)[:250], merge(words.body, values, markdown=True)
    )


def write_message(tenant: Tenant, message: Message) -> tuple[Letter, Envelope]:
    """Fill the row's subject, body and address in, and say what to send."""
    contact, customer = message.contact, message.customer
    if not message.is_test:
        words = merged(_words(tenant, message), merge_values(tenant, contact, customer))
        message.language, message.subject, message.body = words.language, words.subject, words.body
        message.to_email = contact.email
    page, one_click = _ways_out(tenant, message)
    letter = Letter(message.subject, message.body, message.language, tenant.name, page)
    envelope = Envelope(
        message_id=message_id_of(tenant.pk, message.pk),
        to_name=contact.name if contact else "",
        to_email=message.to_email,
        reply_to=customer.csm.user.email if customer and customer.csm else "",
        one_click_url=one_click,
    )
    return letter, envelope


def _words(tenant: Tenant, message: Message) -> Words:
    language = language_of(tenant, message.contact)
    if message.step is not None:
        return choose_words(message.step.texts, language, tenant.language)
    if message.enrolment_id or not message.body:
        raise NothingToSay
    return Words(message.language or language, message.subject, message.body)


def _ways_out(tenant: Tenant, message: Message) -> tuple[str, str]:
    """The page with the choices and the one-click address; notices about the account have the page alone."""
    if message.contact_id is None:
        return "", ""
    page = f"{settings.PUBLIC_URL}/u/{sign(Grant(tenant.pk, message.contact_id, message.category))}"
    return page, ("" if message.category == MailCategory.ACCOUNT else page)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
