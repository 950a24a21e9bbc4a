"""Which column fills which field: guessed from the header, checked when somebody chooses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.imports.cells import cell_value, plain_text
from accounts.imports.kinds import Kind
from accounts.rest.nested import escaped
from accounts.rest.problems import FieldError, Invalid

SYNONYMS = {
    "external_id": "id customer_id account_id company_id contact_id subscription_id record_id key nr kundenr klient_id",
    "name": "company company_name customer_name account_name account full_name nazwa firma klient navn kunde название",
    "customer": "customer_id customer_external_id account_id account company company_id klient kunde клиент",
    "email": "e_mail email_address mail e_post epost adres_e_mail эл_почта почта",
    "csm": "owner account_owner csm_email opiekun ansvarlig менеджер",
    "stage": "lifecycle_stage life_cycle_stage etap fase этап",
    "signed_up_on": "sign_up_date signup_date created customer_since data_rejestracji",
    "acquisition_channel": "channel source kanal канал",
    "industry": "branza bransje отрасль",
    "timezone": "time_zone",
    "unit_amount": "price unit_price amount cena pris цена",
    "quantity": "qty seats_billed ilosc antall количество",
    "interval": "billing_interval billing_period period",
    "discount_percent": "discount rabat rabatt",
    "started_on": "start start_date from od fra",
    "ended_on": "end end_date to do til",
    "plan": "plan_name product produkt",
    "is_champion": "champion",
    "role": "title job_title stanowisko stilling",
}


def guessed_mapping(kind: Kind, header: Sequence[str]) -> list[str]:
    """A field for each column whose name we know; each field once, exact names first."""
    names = [_normal(title) for title in header]
    mapping = [""] * len(header)
    for place, name in enumerate(names):
        if name in kind.columns and name not in mapping:
            mapping[place] = name
    for field in kind.columns:
        if field in mapping:
            continue
        known = next(
            (i for word in _synonyms(kind, field) for i, name in enumerate(names) if name == word and not mapping[i]),
            None,
        )
        if known is not None:
            mapping[known] = field
    return mapping


def _synonyms(kind: Kind, field: str) -> list[str]:
    """Where rows belong to a customer, words for a customer mean that one."""
    owner = set(SYNONYMS["customer"].split()) if "customer" in kind.columns and field != "customer" else set()
    return [word for word in SYNONYMS.get(field, "").split() if word not in owner]


def checked_mapping(kind: Kind, header: Sequence[str], chosen: Any) -> list[str]:
    """The chosen field of each column, or Invalid."""
    if not isinstance(chosen, dict) or not all(isinstance(name, str | None) for name in chosen.values()):
        raise Invalid.because("invalid_type", _("Must be an object of column names and fields."))
    errors = [
        FieldError(f"/{escaped(title)}", "unknown_column", _("There is no such column."))
        for title in chosen
        if title not in header
    ]
    mapping = [chosen.get(title) or "" for title in header]
    for title, name in zip(header, mapping, strict=True):
        if name and not _fits(kind, name):
            errors.append(FieldError(f"/{escaped(title)}", "unknown_field", _("There is no such field.")))
        elif name and mapping.count(name) > 1:
            errors.append(FieldError(f"/{escaped(title)}", "duplicate", _("Two columns fill this field.")))
    errors += [
        FieldError("", "required", _("Choose the column for “%(field)s”.") % {"field": name})
        for name in kind.required
        if name not in mapping
    ]
    if errors:
        raise Invalid(*errors)
    return mapping


def is_complete(kind: Kind, mapping: Sequence[str]) -> bool:
    return all(name in mapping for name in kind.required)


def row_object(kind: Kind, mapping: Sequence[str], cells: Sequence[str]) -> tuple[dict[str, Any], list[FieldError]]:
    """The row as the API would be sent it; an empty cell leaves its field alone."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, cell in zip(mapping, cells, strict=False):
        if not name or not cell.strip():
            continue
        if kind.free and name.startswith(f"{kind.free}."):
            values.setdefault(kind.free, {})[name.removeprefix(f"{kind.free}.")] = plain_text(cell)
            continue
        try:
            values[name] = cell_value(kind.resource.fields[name], cell)
        except Invalid as error:
            errors += [fault.below(f"/{name}") for fault in error.errors]
    return values, errors


def _fits(kind: Kind, name: str) -> bool:
    prefix = f"{kind.free}."
    return name in kind.columns or (bool(kind.free) and name.startswith(prefix) and 0 < len(name) - len(prefix) <= 100)


def _normal(title: str) -> str:
    """`Customer Since` as customer_since; Polish and Norwegian letters lose their marks."""
    lower = title.strip().lower().translate(str.maketrans("łøæ", "loa"))
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter))
    return re.sub(r"\W+", "_", bare).strip("_")
