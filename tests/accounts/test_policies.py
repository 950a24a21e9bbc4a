from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Tenant
from accounts.policies import SWITCHES, Policies, described_policies, merged_policies, policies_as_json, policies_of


def test_an_untouched_tenant_has_the_defaults() -> None:
    assert policies_of(Tenant()) == Policies()
    assert set(policies_as_json(Tenant())) == set(SWITCHES)


def test_only_what_differs_is_stored() -> None:
    changes = {"past_due_days": 14, "pause": "separate", "gross_margin_percent": "72.5"}
    assert merged_policies(Tenant(), changes) == {"past_due_days": 14, "gross_margin_percent": "72.5000"}


def test_a_stored_switch_is_typed_again() -> None:
    tenant = Tenant(policies={"gross_margin_percent": "72.5", "past_due_days": None})
    assert policies_of(tenant) == Policies(gross_margin_percent=Decimal("72.5"), past_due_days=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pause", "forever"),
        ("pause", ["separate"]),
        ("past_due_days", -1),
        ("past_due_days", True),
        ("past_due_days", "30"),
        ("pause_max_days", None),
        ("gross_margin_percent", "NaN"),
        ("gross_margin_percent", "1e400"),
        ("gross_margin_percent", 1.5),
        ("quick_ratio_counts_reactivation", 1),
        ("colour", "red"),
    ],
)
def test_a_wrong_switch_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        merged_policies(Tenant(), {name: value, "pause_max_days" if name != "pause_max_days" else "pause": "x"})
    assert name in refused.value.message_dict


def test_changes_must_be_an_object() -> None:
    with pytest.raises(ValidationError):
        merged_policies(Tenant(), ["pause"])


def test_every_switch_is_described_in_words() -> None:
    described = {name: str(value) for name, _, value in described_policies(Tenant())}
    assert described["churn_recognised"] == "at the end of the paid period"
    assert described["reactivation_window_days"] == "never"
    assert all(described.values())
