"""A segment as people write it: a few conditions of which all, or any, must hold. Deeper rules are edited as JSON."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from accounts.rest.problems import Invalid
from accounts.segment_fields import FIELDS
from accounts.segment_rules import VALUELESS, checked_rule

ROWS = 8
OPERATORS = {
    "eq": _("is"),
    "ne": _("is not"),
    "gt": _("is more than"),
    "gte": _("is at least"),
    "lt": _("is less than"),
    "lte": _("is at most"),
    "contains": _("contains"),
    "starts_with": _("starts with"),
    "in": _("is one of"),
    "not_in": _("is none of"),
    "is_set": _("is known"),
    "is_empty": _("is not known"),
}


class SegmentForm(forms.ModelForm):
    match = forms.ChoiceField(
        label=_("Customers belong when"),
        choices=[("all", _("all conditions hold")), ("any", _("any condition holds"))],
    )

    class Meta:
        model = Segment
        fields = ["name"]
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.joined, self.conditions = flat(self.instance.rule)
        self.is_flat = self.conditions is not None
        if self.is_flat:
            self.add_rows(self.conditions or [])
        else:
            del self.fields["match"]
            text = json.dumps(self.instance.rule, indent=2, ensure_ascii=False)
            self.fields["rule_text"] = forms.CharField(
                label=_("Rule"), initial=text, max_length=20_000, widget=forms.Textarea(attrs={"rows": 14})
            )

    def add_rows(self, conditions: list[dict[str, Any]]) -> None:
        self.fields["match"].initial = self.joined
        names = [("", "—"), *((name, field.label) for name, field in FIELDS.items())]
        for index in range(max(ROWS, len(conditions))):
            known = conditions[index] if index < len(conditions) else {}
            value = known.get("value", "")
            self.fields[f"field_{index}"] = forms.CharField(
                label=_("Field"), required=False, initial=known.get("field", ""), max_length=111
            )
            own = known.get("field", "")
            extra = [(own, own)] if own and own not in FIELDS else []
            self.fields[f"field_{index}"].widget = forms.Select(choices=[*names, *extra])
            self.fields[f"op_{index}"] = forms.ChoiceField(
                label=_("Condition"), required=False, choices=list(OPERATORS.items()), initial=known.get("op", "eq")
            )
            self.fields[f"value_{index}"] = forms.CharField(
                label=_("Value"), required=False, initial=written(value), max_length=1000
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        count = sum(name.startswith("field_") for name in self.fields)
        return [(self[f"field_{n}"], self[f"op_{n}"], self[f"value_{n}"]) for n in range(count)]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if Segment.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise ValidationError(_("Another segment has this name."), "unique")
        return name

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        rule, places = self.composed(found)
        try:
            self.instance.rule = checked_rule(rule) if rule else {}
        except Invalid as invalid:
            for error in invalid.errors:
                self.add_error(self.place(error.pointer, places), error.message)
        return found

    def composed(self, found: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
        """The rule, and for each of its conditions the row that it stands in."""
        if not self.is_flat:
            return self.parsed(found.get("rule_text", "")), []
        places = [n for n in range(len(self.rows)) if found.get(f"field_{n}")]
        conditions = [condition(found, n) for n in places]
        return ({found.get("match") or "all": conditions} if conditions else {}), places

    def parsed(self, text: str) -> dict[str, Any]:
        try:
            rule = json.loads(text or "{}")
        except (ValueError, RecursionError):
            self.add_error("rule_text", gettext("This is not JSON."))
            return {}
        return rule if isinstance(rule, dict) else {"not a rule": rule}

    def place(self, pointer: str, places: list[int]) -> str | None:
        """The field of the form that a pointer such as /all/2/value means."""
        parts = pointer.strip("/").split("/")
        if not self.is_flat:
            return "rule_text"
        if len(parts) < 2 or not parts[1].isdigit():
            return None
        name = {"field": "field", "op": "op"}.get(parts[2] if len(parts) > 2 else "", "value")
        return f"{name}_{places[int(parts[1])]}"


def condition(found: dict[str, Any], index: int) -> dict[str, Any]:
    name, op, text = found[f"field_{index}"], found.get(f"op_{index}") or "eq", found.get(f"value_{index}", "")
    if op in VALUELESS:
        return {"field": name, "op": op}
    if op in ("in", "not_in"):
        return {
            "field": name,
            "op": op,
            "value": [typed(name, part.strip()) for part in text.split(",") if part.strip()],
        }
    return {"field": name, "op": op, "value": typed(name, text.strip())}


def typed(name: str, text: str) -> Any:
    """Numbers and yes/no as JSON has them; everything else stays text for the rule to judge."""
    kind = FIELDS[name].kind if name in FIELDS else "text"
    if kind == "flag":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text.lower(), text)
    if kind == "number":
        try:
            return int(text)
        except ValueError:
            return text
    return text


def flat(rule: dict[str, Any]) -> tuple[str, list[dict[str, Any]] | None]:
    """How the conditions are joined and which they are; None for a rule that is nested deeper."""
    if not rule:
        return "all", []
    if "field" in rule:
        return "all", [rule]
    for word in ("all", "any"):
        if word in rule and all("field" in part for part in rule[word]):
            return word, rule[word]
    return "all", None


def written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(written(part) for part in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
