from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from accounts.segment_fields import FIELDS

WORDS = {
    "eq": "=",
    "ne": "≠",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "contains": "∋",
    "starts_with": "^",
    "in": "∈",
    "not_in": "∉",
}


def rule_text(rule: dict[str, Any]) -> str:
    """A segment's rule in one line: Stage = trial and MRR ≥ 500."""
    if not rule:
        return gettext("everybody")
    if "not" in rule:
        return gettext("not (%(rule)s)") % {"rule": rule_text(rule["not"])}
    for word, between in (("all", gettext("and")), ("any", gettext("or"))):
        if word in rule:
            parts = [rule_text(part) if "field" in part else f"({rule_text(part)})" for part in rule[word]]
            return f" {between} ".join(parts)
    return condition_text(rule)


def condition_text(rule: dict[str, Any]) -> str:
    name = str(rule.get("field", ""))
    label = str(FIELDS[name].label) if name in FIELDS else name.removeprefix("attributes.")
    op, value = rule.get("op"), rule.get("value")
    if op == "is_set":
        return gettext("%(field)s is known") % {"field": label}
    if op == "is_empty":
        return gettext("%(field)s is not known") % {"field": label}
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{label} {WORDS.get(str(op), op)} {said}"
