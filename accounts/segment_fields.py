"""What a segment's conditions can ask of a customer: its own fields, its standing, and its free attributes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import BooleanField, DecimalField, F, Func, Q, TextField, Value
from django.db.models.expressions import Case, RawSQL, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IContains, In, LessThan, LessThanOrEqual
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import Band, Language, Stage
from accounts.rest.fields import Choice, Day, Field, Flag, Number, Text, Whole, text_of
from accounts.rest.problems import Invalid
from accounts.tenancy.scope import current_tenant

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.utils.functional import _StrPromise

EQUALITY = ("eq", "ne", "in", "not_in")
ORDER = ("eq", "ne", "gt", "gte", "lt", "lte")
PRESENCE = ("is_set", "is_empty")
ATTRIBUTE = "attributes."
MOST_VALUES = 200


@dataclass(frozen=True)
class RuleField:
    """A column of the customer or of its standing."""

    name: str
    label: str | _StrPromise
    column: str
    value: Field
    ops: Sequence[str] = ()
    blank: Any = None  # what stands for "unknown" beside null
    kind: ClassVar[str] = "text"

    def clean(self, op: str, value: Any) -> Any:
        if op in ("in", "not_in"):
            return _each(self.value, value)
        return self.value.clean(value)

    def as_json(self, op: str, value: Any) -> Any:
        return [self.value.render(each) for each in value] if isinstance(value, list) else self.value.render(value)

    def matches(self, op: str, value: Any) -> Q:
        if op in PRESENCE:
            return self.is_empty() if op == "is_empty" else ~self.is_empty()
        if op in ("ne", "not_in"):
            return ~self.matches({"ne": "eq", "not_in": "in"}[op], value)
        return self.compare(op, value)

    def compare(self, op: str, value: Any) -> Q:
        return Q(**{f"{self.column}__{_LOOKUP[op]}": value})

    def is_empty(self) -> Q:
        missing = Q(**{f"{self.column}__isnull": True})
        return missing if self.blank is None else missing | Q(**{self.column: self.blank})


class TextRule(RuleField):
    pass


class NameRule(RuleField):
    """`contains` goes through the search function, whose index LIKE itself may not use."""

    def compare(self, op: str, value: Any) -> Q:
        if op == "contains":
            return Q(pk__in=RawSQL("SELECT id FROM search_customers(%s, 1000000)", [value]))
        return super().compare(op, value)


class ChoiceRule(RuleField):
    kind = "choice"


class FlagRule(RuleField):
    kind = "flag"


class NumberRule(RuleField):
    kind = "number"


class DateRule(RuleField):
    kind = "date"


class MoneyRule(RuleField):
    """Major units of the tenant's currency; the standing holds minor ones."""

    kind = "number"

    def compare(self, op: str, value: Any) -> Q:
        return super().compare(op, int((value * 100).to_integral_value()))


class DaysAgoRule(RuleField):
    """So many days have passed since a date: more days means an earlier date."""

    kind = "number"

    def compare(self, op: str, value: Any) -> Q:
        day = current_tenant().today() - timedelta(days=value)
        return super().compare(_TURNED[op], day)


class DaysAheadRule(RuleField):
    """So many days until a date; past dates count as negative days."""

    kind = "number"

    def compare(self, op: str, value: Any) -> Q:
        return super().compare(op, current_tenant().today() + timedelta(days=value))


class MomentDaysAgoRule(DaysAgoRule):
    """As `DaysAgoRule` for an instant: the local day on which it fell counts."""

    def compare(self, op: str, value: Any) -> Q:
        tenant = current_tenant()
        day = tenant.today() - timedelta(days=value)
        start, end = tenant.midnight(day), tenant.midnight(day + timedelta(days=1))
        earlier = {"gt": Q(**{f"{self.column}__lt": start}), "gte": Q(**{f"{self.column}__lt": end})}
        later = {"lt": Q(**{f"{self.column}__gte": end}), "lte": Q(**{f"{self.column}__gte": start})}
        same = {"eq": earlier["gte"] & later["lte"]}
        return (earlier | later | same)[op]


@dataclass(frozen=True)
class AttributeRule(RuleField):
    """A free attribute: compared as what the rule's value is, text, number or yes/no."""

    key: str = ""

    def clean(self, op: str, value: Any) -> Any:
        if op in ("in", "not_in"):
            return _each(_Scalar(), value)
        cleaned = _Scalar().clean(value)
        if op in ("gt", "gte", "lt", "lte") and not isinstance(cleaned, Decimal):
            raise Invalid.because("invalid_type", gettext("Must be a number, such as 19.90."))
        if op == "contains" and not isinstance(cleaned, str):
            raise Invalid.because("invalid_type", gettext("Must be text."))
        return cleaned

    def as_json(self, op: str, value: Any) -> Any:
        return [_Scalar().render(each) for each in value] if isinstance(value, list) else _Scalar().render(value)

    def compare(self, op: str, value: Any) -> Q:
        if op == "in":
            return Q(*(self.compare("eq", each) for each in value), _connector=Q.OR)
        if isinstance(value, Decimal):
            return _surely(_COMPARISON[op](self._number(), Value(value, output_field=DecimalField())))
        if op == "contains":
            return _surely(IContains(self._text(), value))
        return _surely(Exact(self._text(), Value(str(value).lower() if isinstance(value, bool) else value)))

    def is_empty(self) -> Q:
        return _surely(In(Coalesce(self._text(), Value("", output_field=TextField())), ["", "[]", "{}"]))

    def _text(self) -> Func:
        return Func(F("attributes"), Value(self.key), function="jsonb_extract_path_text", output_field=TextField())

    def _number(self) -> Case:
        value = Func(F("attributes"), Value(self.key), function="jsonb_extract_path", output_field=TextField())
        kind = Func(value, function="jsonb_typeof", output_field=TextField())
        number = Func(self._text(), template="(%(expressions)s)::numeric", output_field=DecimalField())
        return Case(When(Exact(kind, "number"), then=number), output_field=DecimalField())


class _Scalar(Field):
    """Text, a number or a yes/no, as JSON has them."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float | Decimal):
            return Decimal(str(value))
        return text_of(value)[:1000]

    def render(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return int(value) if value == int(value) else float(value)
        return value


def _each(field: Field, values: Any) -> list[Any]:
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_VALUES:
        message = gettext("Must be a list of 1 to %(most)d values.") % {"most": MOST_VALUES}
        raise Invalid.because("invalid_type", message)
    return [field.clean(value) for value in values]


def _surely(condition: Any) -> Q:
    """False where SQL would say unknown, so that `not` is the complement."""
    return Q(Coalesce(condition, Value(False), output_field=BooleanField()))


_LOOKUP = {
    "eq": "exact",
    "in": "in",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
    "contains": "icontains",
    "starts_with": "istartswith",
}
_TURNED = {"eq": "eq", "gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
_COMPARISON: dict[str, Any] = {
    "eq": Exact,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


def _text(name: str, label: Any, column: str = "", *, blank: Any = "") -> RuleField:
    ops = ("eq", "ne", "contains", "starts_with", "in", "not_in", *PRESENCE)
    return TextRule(name, label, column or name, Text(300), ops, blank)


def _choice(name: str, label: Any, choices: Collection[str], column: str = "", *, blank: Any = "") -> RuleField:
    return ChoiceRule(name, label, column or name, Choice(choices), (*EQUALITY, *PRESENCE), blank)


def _number(name: str, label: Any, column: str, least: int = -(10**6), kind: type[RuleField] = NumberRule) -> RuleField:
    return kind(name, label, column, Whole(least, 10**6), (*ORDER, *PRESENCE))


def _date(name: str, label: Any, column: str) -> RuleField:
    return DateRule(name, label, column, Day(), (*ORDER, *PRESENCE))


FIELDS: dict[str, RuleField] = {
    field.name: field
    for field in [
        NameRule("name", _("Name"), "name", Text(200), ("eq", "ne", "contains", "starts_with", *PRESENCE), ""),
        _choice("stage", _("Stage"), Stage.values),
        _text("tier", _("Tier")),
        _text("industry", _("Industry")),
        _text("acquisition_channel", _("Acquisition channel")),
        _text("csm", _("CSM (e-mail)"), "csm__user__email"),
        _text("plan", _("Plan"), "standing__plan"),
        MoneyRule("mrr", _("MRR"), "standing__mrr_cents", Number(18, 2), (*ORDER, *PRESENCE)),
        _choice("band", _("Health"), Band.values, "standing__health_band"),
        _number("health_score", _("Health score"), "standing__health_score"),
        _number("health_trend", _("Health trend"), "standing__health_trend"),
        _number("risk", _("Churn risk %"), "standing__risk"),
        _number("renewal_in_days", _("Days until renewal"), "standing__renewal_on", kind=DaysAheadRule),
        _number("last_seen_days", _("Days since last seen"), "standing__last_seen_on", kind=DaysAgoRule),
        _number("last_contact_days", _("Days since last contact"), "standing__last_contact_at", kind=MomentDaysAgoRule),
        _number("open_tickets", _("Open tickets"), "standing__open_tickets"),
        _number("coverage", _("Health coverage %"), "standing__coverage"),
        _number("age_days", _("Days since sign-up"), "signed_up_on", kind=DaysAgoRule),
        _date("signed_up_on", _("Signed up on"), "signed_up_on"),
        _date("first_paid_on", _("First paid on"), "standing__first_paid_on"),
        _date("renewal_on", _("Renewal on"), "standing__renewal_on"),
        _date("churned_on", _("Churned on"), "standing__churned_on"),
        _text("domain", _("Domain")),
        _text("external_id", _("External id"), blank=None),
        _text("currency", _("Currency")),
        _text("timezone", _("Time zone")),
        _choice("language", _("Language"), Language.values),
        FlagRule("is_test", _("Test account"), "is_test", Flag(), ("eq", "ne")),
    ]
}
_TEXT = ("eq", "ne", "contains", "in", "not_in", "gt", "gte", "lt", "lte", *PRESENCE)


def rule_field(name: Any) -> RuleField:
    """The field of this name; `attributes.<key>` is any attribute."""
    if isinstance(name, str) and name in FIELDS:
        return FIELDS[name]
    if isinstance(name, str) and name.startswith(ATTRIBUTE) and 0 < len(name) - len(ATTRIBUTE) <= 100:
        key = text_of(name)[len(ATTRIBUTE) :]
        return AttributeRule(name, key, "attributes", _Scalar(), _TEXT, key=key)
    raise Invalid.because("unknown_field", gettext("There is no such field."), "/field")
