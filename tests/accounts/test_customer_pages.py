from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Contact, Customer, DomainEvent, Membership, Role, SavedView, Tenant
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_change, make_contact, make_customer, make_membership, make_subscription

LIST = "/acme/customers/"


def in_acme(acme: Tenant, make: Callable[..., Any], *args: Any, **fields: Any) -> Any:
    with tenant_scope(acme):
        return make(*args, **fields)


def test_list_shows_customers_with_their_standing(client: Client, acme: Tenant, csm: Membership) -> None:
    in_acme(acme, make_customer, name="Fjordkraft", csm=csm, standing={"mrr_cents": 1_000_000, "health_score": 38})
    html = client.get(LIST).content.decode()
    assert "Fjordkraft" in html
    assert "€120K" in html


def test_htmx_gets_the_rows_alone(client: Client, acme: Tenant, csm: Membership) -> None:
    in_acme(acme, make_customer, name="Fjordkraft")
    answer = client.get(LIST, {"q": "fj"}, headers={"HX-Request": "true"})
    assert answer.content.lstrip().startswith(b'<div id="customer-rows">')


def test_list_runs_as_many_queries_for_many_as_for_few(client: Client, acme: Tenant, csm: Membership) -> None:
    counts = []
    for more in (2, 30):
        for _ in range(more):
            in_acme(acme, make_customer, csm=in_acme(acme, make_membership))
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"order": "health"})
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_columns_are_remembered(client: Client, acme: Tenant, csm: Membership) -> None:
    in_acme(acme, make_customer, industry="Shipping")
    assert "Shipping" not in client.get(LIST).content.decode()
    client.get(LIST, {"columns": ["industry", "nonsense"]})
    assert "Shipping" in client.get(LIST).content.decode()


def test_a_view_is_saved_and_opens_again(client: Client, acme: Tenant, csm: Membership) -> None:
    answer = client.post(LIST + "views/", {"name": "Red ones", "query": "band=red&order=-arr&evil=1"})
    with tenant_scope(acme):
        view = SavedView.objects.get()
    assert view.query["query"].startswith("band=red&order=-arr&columns=")
    assert "Red ones" in client.get(answer["Location"]).content.decode()


def test_colleagues_see_shared_views_only_and_cannot_remove_them(
    client: Client, acme: Tenant, log_in: Callable[[str], Membership]
) -> None:
    owner = log_in(Role.CSM)
    private = in_acme(acme, SavedView.objects.create, owner=owner, page="customers", name="Private one")
    shared = in_acme(acme, SavedView.objects.create, owner=owner, page="customers", name="Shared one", is_shared=True)
    log_in(Role.CSM)
    html = client.get(LIST).content.decode()
    assert "Shared one" in html
    assert "Private one" not in html
    assert client.post(f"{LIST}views/{shared.pk}/remove/").status_code == 404
    with tenant_scope(acme):
        assert set(SavedView.objects.all()) == {private, shared}


def test_assigning_can_be_taken_back(client: Client, acme: Tenant, csm: Membership) -> None:
    former, new = in_acme(acme, make_membership), in_acme(acme, make_membership)
    held = in_acme(acme, make_customer, csm=former)
    free = in_acme(acme, make_customer)
    page = client.post(LIST + "assign/", {"customer": [held.pk, free.pk], "csm": new.pk}, follow=True)
    assert owners(acme, held, free) == [new.pk, new.pk]
    undo = next(message.extra_tags for message in page.context["messages"])
    client.post(undo)
    assert owners(acme, held, free) == [former.pk, None]
    client.post(undo)
    with tenant_scope(acme):
        assert AuditEntry.objects.filter(action="customer.updated").count() == 4
        assert DomainEvent.objects.filter(kind="customers.changed").count() == 3


def test_undo_leaves_alone_whom_somebody_has_handed_on_since(client: Client, acme: Tenant, csm: Membership) -> None:
    new, third = in_acme(acme, make_membership), in_acme(acme, make_membership)
    held = in_acme(acme, make_customer)
    page = client.post(LIST + "assign/", {"customer": [held.pk], "csm": new.pk}, follow=True)
    with tenant_scope(acme):
        Customer.objects.filter(pk=held.pk).update(csm=third)
    client.post(next(message.extra_tags for message in page.context["messages"]))
    assert owners(acme, held) == [third.pk]


def owners(acme: Tenant, *customers: Customer) -> list[Any]:
    with tenant_scope(acme):
        known = dict(Customer.objects.values_list("pk", "csm_id"))
    return [known[customer.pk] for customer in customers]


@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["\x00"]])
def test_assigning_nothing_changes_nothing(client: Client, acme: Tenant, csm: Membership, chosen: list[str]) -> None:
    in_acme(acme, make_customer)
    assert client.post(LIST + "assign/", {"customer": chosen, "csm": csm.pk}).status_code == 302
    assert in_acme(acme, AuditEntry.objects.count) == 0


def test_export_is_filtered_and_takes_the_sting_out_of_formulas(client: Client, acme: Tenant, csm: Membership) -> None:
    in_acme(acme, make_customer, name="=HYPERLINK(1)", stage="trial", standing={"mrr_cents": 12_345})
    in_acme(acme, make_customer, name="Other", stage="adopting")
    answer = client.get(LIST + "export/", {"stage": "trial"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, line = text.splitlines()
    assert head.startswith("external_id,name,")
    assert ",'=HYPERLINK(1)," in line
    assert ",1481.4,EUR," in line


def test_viewers_may_look_but_not_export_or_assign(
    client: Client, acme: Tenant, log_in: Callable[[str], Membership]
) -> None:
    viewer = log_in(Role.VIEWER)
    held = in_acme(acme, make_customer)
    html = client.get(LIST).content.decode()
    assert "Export" not in html
    assert "data-pick" not in html
    assert client.get(LIST + "export/").status_code == 403
    assert client.post(LIST + "assign/", {"customer": [held.pk], "csm": viewer.pk}).status_code == 403
    assert owners(acme, held) == [None]


FORM = {"name": "Helix", "stage": "trial", "domain": "https://Helix.example", "currency": "eur", "external_id": " h1 "}


def test_a_new_customer_is_saved_audited_and_announced(client: Client, acme: Tenant, csm: Membership) -> None:
    answer = client.post(LIST + "new/", FORM | {"csm": csm.pk})
    with tenant_scope(acme):
        made = Customer.objects.select_related("standing").get()
        assert answer["Location"] == f"{LIST}{made.pk}/"
        assert (made.domain, made.currency, made.external_id, made.csm_id) == ("helix.example", "EUR", "h1", csm.pk)
        assert made.standing.mrr_cents == 0
        assert AuditEntry.objects.get().action == "customer.created"
        assert DomainEvent.objects.get().payload == {"customer_ids": [str(made.pk)]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("stage", "nonsense"),
        ("currency", "XXZ"),
        ("timezone", "Mars/Olympus"),
        ("signed_up_on", "soon"),
        ("csm", "nobody"),
        ("external_id", "taken"),
    ],
)
def test_bad_input_names_its_field_and_saves_nothing(
    client: Client, acme: Tenant, csm: Membership, field: str, value: str
) -> None:
    in_acme(acme, make_customer, external_id="taken")
    answer = client.post(LIST + "new/", FORM | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert in_acme(acme, Customer.objects.count) == 1


def test_saving_without_a_change_writes_nothing(client: Client, acme: Tenant, csm: Membership) -> None:
    row = in_acme(acme, make_customer, name="Same", stage="trial", external_id="e1")
    client.post(f"{LIST}{row.pk}/edit/", {"name": "Same", "stage": "trial", "external_id": "e1"})
    assert in_acme(acme, AuditEntry.objects.count) == 0


def test_an_edit_records_what_it_was_before(client: Client, acme: Tenant, csm: Membership) -> None:
    row = in_acme(acme, make_customer, name="Old", stage="trial", external_id="e1")
    client.post(f"{LIST}{row.pk}/edit/", {"name": "New", "stage": "trial", "external_id": "e1", "csm": csm.pk})
    with tenant_scope(acme):
        entry = AuditEntry.objects.get()
    assert (entry.before["name"], entry.after["name"]) == ("Old", "New")
    assert entry.after["csm_id"] == str(csm.pk)


def test_customer_page_links_its_panels(client: Client, acme: Tenant, csm: Membership) -> None:
    row = in_acme(acme, make_customer, name="Fjordkraft", standing={"health_score": 38, "health_band": "red"})
    with CaptureQueriesContext(connection) as queries:
        html = client.get(f"{LIST}{row.pk}/").content.decode()
    assert f'hx-get="{LIST}{row.pk}/people/"' in html
    assert f'href="{LIST}{row.pk}/subscriptions/"' in html
    assert len(queries) <= 15


def test_strangers_customers_are_not_there(client: Client, acme: Tenant, globex: Tenant, csm: Membership) -> None:
    with tenant_scope(globex):
        theirs = make_contact()
    for path in ("", "edit/", "people/", "subscriptions/", "people/new/"):
        assert client.get(f"{LIST}{theirs.customer_id}/{path}").status_code == 404
    assert client.get(f"/acme/contacts/{theirs.pk}/").status_code == 404
    assert client.post(f"/acme/contacts/{theirs.pk}/remove/").status_code == 404


def test_people_are_added_changed_and_removed(client: Client, acme: Tenant, csm: Membership) -> None:
    row = in_acme(acme, make_customer)
    client.post(f"{LIST}{row.pk}/people/new/", {"name": "Ola", "email": "Ola@Fjord.example", "is_champion": "on"})
    with tenant_scope(acme):
        ola = Contact.objects.get()
    assert (ola.email, ola.is_champion, ola.customer_id) == ("ola@fjord.example", True, row.pk)
    client.post(f"/acme/contacts/{ola.pk}/", {"name": "Ola Nordmann", "email": "ola@fjord.example"})
    assert "Ola Nordmann" in client.get(f"{LIST}{row.pk}/people/").content.decode()
    client.post(f"/acme/contacts/{ola.pk}/remove/")
    with tenant_scope(acme):
        assert not Contact.objects.exists()
        actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["contact.created", "contact.updated", "contact.deleted"]


def test_a_contact_needs_a_name_or_an_address(client: Client, acme: Tenant, csm: Membership) -> None:
    row = in_acme(acme, make_customer)
    answer = client.post(f"{LIST}{row.pk}/people/new/", {"name": "", "email": ""})
    assert answer.status_code == 422
    assert in_acme(acme, Contact.objects.count) == 0


def test_subscriptions_stand_as_their_changes_left_them(client: Client, acme: Tenant, csm: Membership) -> None:
    with tenant_scope(acme):
        row = make_customer()
        running = make_subscription(row, plan="Team", unit_amount=100, quantity=3, currency="EUR", interval="month")
        make_change(running, date(2026, 2, 1), quantity=5)
        make_change(running, date(2099, 1, 1), quantity=50)
        make_subscription(row, plan="Old", ended_on=date(2026, 3, 1))
    html = client.get(f"{LIST}{row.pk}/subscriptions/").content.decode()
    assert "€500.00" in html
    assert html.index("Team") < html.index("Old")
    assert "Ended" in html
