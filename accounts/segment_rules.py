"""The rules of segments: which customers belong, as JSON that is checked and compiled to one condition.

    {"all": [{"field": "mrr", "op": "gte", "value": 500}, {"not": {"field": "band", "op": "eq", "value": "green"}}]}

`all`, `any` and `not` combine; a condition names a field, an operator and a value. What is unknown (null) matches no
condition except `is_empty`; `not` is the exact complement. Days are counted from today in the tenant's zone, so a
rule is compiled anew each time it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.rest.problems import FieldError, Invalid
from accounts.segment_fields import RuleField, rule_field

if TYPE_CHECKING:
    from accounts.models import Segment

MAX_DEPTH, MAX_CONDITIONS = 6, 60
ALIASES = {
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    ">": "gt",
    ">=": "gte",
    "<": "lt",
    "<=": "lte",
    "is": "eq",
    "is_not": "ne",
}
VALUELESS = ("is_set", "is_empty")


@dataclass(frozen=True)
class Condition:
    """One leaf of a rule, its value already of the right type."""

    field: RuleField
    op: str
    value: Any

    def matches(self) -> Q:
        return self.field.matches(self.op, self.value)


def checked_rule(rule: Any) -> dict[str, Any]:
    """The rule in its normal form, or Invalid with a pointer to every fault."""
    errors: list[FieldError] = []
    budget = [MAX_CONDITIONS]
    normal = _normal(rule, "", 1, budget, errors)
    if budget[0] < 0:
        message = _("Has more than %(most)d conditions.") % {"most": MAX_CONDITIONS}
        errors.append(FieldError("", "too_long", message))
    if errors:
        raise Invalid(*errors)
    return normal


def compiled_rule(rule: dict[str, Any]) -> Q:
    """The condition on Customer. An empty rule is everybody; one that no longer fits its fields matches nobody."""
    try:
        return _compile(checked_rule(rule)) if rule else Q()
    except Invalid:
        return Q(pk__in=[])


def customers_in(segment: Segment) -> QuerySet[Any]:
    """Ids of the customers who belong today, to stand as a subquery."""
    return segment.customers().order_by().values("pk")


def segment_sql(segment: Segment) -> tuple[str, tuple[Any, ...]]:
    """A SELECT of the customers' ids and its parameters, to stand as a subquery in hand-written SQL."""
    sql, parameters = customers_in(segment).query.get_compiler(connection=connection).as_sql()
    return sql, tuple(parameters)


def _normal(rule: Any, pointer: str, depth: int, budget: list[int], errors: list[FieldError]) -> dict[str, Any]:
    if not isinstance(rule, dict) or depth > MAX_DEPTH:
        errors.append(FieldError(pointer, "invalid_rule", _("Must be a rule, nested no deeper than six levels.")))
        return {}
    for word in ("all", "any"):
        if set(rule) == {word}:
            return {word: _normal_list(rule[word], f"{pointer}/{word}", depth, budget, errors)}
    if set(rule) == {"not"}:
        return {"not": _normal(rule["not"], f"{pointer}/not", depth + 1, budget, errors)}
    budget[0] -= 1
    return _normal_condition(rule, pointer, errors) if budget[0] >= 0 else {}


def _normal_list(rules: Any, pointer: str, depth: int, budget: list[int], errors: list[FieldError]) -> list[Any]:
    if not isinstance(rules, list) or not rules:
        errors.append(FieldError(pointer, "invalid_rule", _("Must be a list of rules, not empty.")))
        return []
    return [
        _normal(each, f"{pointer}/{index}", depth + 1, budget, errors)
        for index, each in enumerate(rules[: MAX_CONDITIONS + 1])
    ]


def _normal_condition(rule: dict[str, Any], pointer: str, errors: list[FieldError]) -> dict[str, Any]:
    if not {"field", "op"} <= set(rule) <= {"field", "op", "value"}:
        message = _("Must be “all”, “any”, “not”, or a condition of field, op and value.")
        errors.append(FieldError(pointer, "invalid_rule", message))
        return {}
    try:
        condition = _condition(rule)
    except Invalid as error:
        errors += [fault.below(pointer) for fault in error.errors]
        return {}
    normal = {"field": condition.field.name, "op": condition.op}
    if condition.op in VALUELESS:
        return normal
    return normal | {"value": condition.field.as_json(condition.op, condition.value)}


def _condition(rule: dict[str, Any]) -> Condition:
    field = rule_field(rule["field"])
    op = rule["op"] if isinstance(rule["op"], str) else ""
    op = ALIASES.get(op, op)
    if op not in field.ops:
        raise Invalid.because("invalid_choice", _("Must be one of: %(all)s.") % {"all": ", ".join(field.ops)}, "/op")
    if op in VALUELESS:
        return Condition(field, op, None)
    if "value" not in rule:
        raise Invalid.because("required", _("Is required."), "/value")
    try:
        return Condition(field, op, field.clean(op, rule["value"]))
    except Invalid as error:
        raise Invalid(*(fault.below("/value") for fault in error.errors)) from error


def _compile(rule: dict[str, Any]) -> Q:
    if "all" in rule:
        return Q(*(_compile(each) for each in rule["all"]))
    if "any" in rule:
        return Q(*(_compile(each) for each in rule["any"]), _connector=Q.OR)
    if "not" in rule:
        return ~_compile(rule["not"])
    return _condition(rule).matches()
