from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership, Segment, Tenant
from accounts.tenancy.scope import tenant_scope
from accounts.ui.rules import rule_text
from tests.factories.accounts import make_customer

PAGE = "/acme/segments/"


def conditions(*rows: tuple[str, str, str], name: str = "Big trials", match: str = "all") -> dict[str, str]:
    given = {"name": name, "match": match}
    for index, (field, op, value) in enumerate(rows):
        given |= {f"field_{index}": field, f"op_{index}": op, f"value_{index}": value}
    return given


def only_segment(acme: Tenant) -> Segment:
    with tenant_scope(acme):
        segment: Segment = Segment.objects.get()
    return segment


def test_a_segment_is_made_and_narrows_the_list(client: Client, acme: Tenant, csm: Membership) -> None:
    with tenant_scope(acme):
        make_customer(name="Big trial", stage="trial", standing={"mrr_cents": 90_000})
        make_customer(name="Small trial", stage="trial", standing={"mrr_cents": 100})
    client.post(PAGE + "new/", conditions(("stage", "in", "trial, renewing"), ("mrr", "gte", "500")))
    segment = only_segment(acme)
    assert segment.rule["all"][0] == {"field": "stage", "op": "in", "value": ["trial", "renewing"]}
    for order in ("name", "-arr"):
        html = client.get("/acme/customers/", {"segment": segment.pk, "order": order}).content.decode()
        assert "Big trial" in html
        assert "Small trial" not in html


def test_what_was_written_is_there_to_edit(client: Client, acme: Tenant, csm: Membership) -> None:
    client.post(PAGE + "new/", conditions(("is_test", "eq", "yes"), ("name", "is_set", "")))
    segment = only_segment(acme)
    page = client.get(f"{PAGE}{segment.pk}/").context["form"]
    assert [row[0].value() for row in page.rows[:2]] == ["is_test", "name"]
    client.post(f"{PAGE}{segment.pk}/", conditions(("is_test", "eq", "yes"), ("name", "is_set", "")))
    with tenant_scope(acme):
        assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("stage", "eq", "nonsense"), "value_0"),
        (("mrr", "contains", "5"), "op_0"),
        (("mrr", "gt", "much"), "value_0"),
        (("nonsense", "eq", "1"), "field_0"),
        (("renewal_on", "lt", "soon"), "value_0"),
        (("name", "eq", ""), "value_0"),
    ],
)
def test_a_fault_names_its_row(
    client: Client, acme: Tenant, csm: Membership, row: tuple[str, str, str], fault: str
) -> None:
    answer = client.post(PAGE + "new/", conditions(row))
    assert answer.status_code == 422
    assert fault in answer.context["form"].errors
    with tenant_scope(acme):
        assert not Segment.objects.exists()


@pytest.mark.parametrize("text", ["[", "[]", '"x"', '{"all": []}', "[" * 2000, '{"field": 1}'])
def test_nested_rules_are_edited_as_json_and_checked(client: Client, acme: Tenant, csm: Membership, text: str) -> None:
    nested = {"all": [{"any": [{"field": "tier", "op": "eq", "value": "Gold"}]}]}
    with tenant_scope(acme):
        segment = Segment.objects.create(name="Nested", rule=nested)
    answer = client.post(f"{PAGE}{segment.pk}/", {"name": "Nested", "rule_text": text})
    assert answer.status_code == 422
    assert "rule_text" in answer.context["form"].errors
    assert only_segment(acme).rule == nested


def test_names_are_used_once(client: Client, acme: Tenant, csm: Membership) -> None:
    client.post(PAGE + "new/", conditions(("stage", "eq", "trial")))
    assert client.post(PAGE + "new/", conditions(("stage", "eq", "trial"))).status_code == 422


def test_preview_shows_who_belongs_before_anything_is_saved(client: Client, acme: Tenant, csm: Membership) -> None:
    with tenant_scope(acme):
        make_customer(name="Right", stage="trial")
        make_customer(name="Wrong", stage="adopting")
    html = client.post(PAGE + "preview/", conditions(("stage", "eq", "trial"), name="")).content.decode()
    assert "Right" in html
    assert "Wrong" not in html
    assert "not complete" in client.post(PAGE + "preview/", conditions(("stage", "eq", "x"))).content.decode()


def test_a_segment_is_removed(client: Client, acme: Tenant, csm: Membership) -> None:
    client.post(PAGE + "new/", conditions(("stage", "eq", "trial")))
    client.post(f"{PAGE}{only_segment(acme).pk}/remove/")
    with tenant_scope(acme):
        assert not Segment.objects.exists()
        assert AuditEntry.objects.filter(action="segment.deleted").exists()


def test_a_strangers_segment_is_not_there(client: Client, acme: Tenant, globex: Tenant, csm: Membership) -> None:
    with tenant_scope(globex):
        theirs = Segment.objects.create(name="Theirs")
    assert client.get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert client.post(f"{PAGE}{theirs.pk}/remove/").status_code == 404
    with tenant_scope(acme):
        make_customer(name="Ours")
    assert "Ours" not in client.get("/acme/customers/", {"segment": theirs.pk}).content.decode()


def test_rules_read_as_a_sentence() -> None:
    rule = {
        "all": [
            {"field": "mrr", "op": "gte", "value": 500},
            {"any": [{"field": "tier", "op": "is_set"}, {"not": {"field": "stage", "op": "eq", "value": "trial"}}]},
        ]
    }
    assert rule_text(rule) == "MRR ≥ 500 and (Tier is known or (not (Stage = trial)))"
    assert rule_text({}) == "everybody"
