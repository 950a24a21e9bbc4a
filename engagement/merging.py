"""Merge fields: `{{ contact.first_name | there }}` and nothing else. No template language, so nothing to inject."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIELDS = (
    "contact.name",
    "contact.first_name",
    "contact.email",
    "contact.role",
    "customer.name",
    "customer.plan",
    "customer.tier",
    "csm.name",
    "csm.email",
    "tenant.name",
)
ATTRIBUTE = "customer.attributes."

_FIELD = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:@])")


def unknown_fields(text: str) -> list[str]:
    """Names between braces that nothing stands for, as they were written."""
    return [name for name, _fallback in _FIELD.findall(text) if not _is_known(name)]


def merge(text: str, values: Mapping[str, str], *, markdown: bool) -> str:
    """Fill in the values, or the fallback of a field that is empty.

    With `markdown` values are escaped, so that a name cannot become a link; without, they stay on one line.
    """

    def value(match: re.Match[str]) -> str:
        if not _is_known(match[1]):
            return match[0]
        plain = " ".join((values.get(match[1]) or (match[2] or "")).split())
        return _MARKDOWN.sub(r"\\\1", plain) if markdown else plain

    return _FIELD.sub(value, text)


def _is_known(name: str) -> bool:
    return name in FIELDS or (name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE))
