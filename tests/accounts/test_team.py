from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Customer, Membership, Role, Tenant
from accounts.selectors.workspaces import workspaces_of
from accounts.services.members import change_role, remove_member, transfer_ownership
from accounts.tenancy.scope import tenant_scope
from tests.factories.accounts import make_customer, make_membership, make_tenant, make_user


@pytest.fixture
def owner(in_acme: Tenant) -> Any:
    return make_membership(role=Role.OWNER)


def test_role_changes_and_the_log_says_from_what_to_what(owner: Any) -> None:
    member = make_membership(role=Role.VIEWER)
    change_role(member, Role.CSM, by=owner)
    member.refresh_from_db()
    entry = AuditEntry.objects.get(action="member.role_changed")
    assert member.role == Role.CSM and (entry.before, entry.after) == ({"role": "viewer"}, {"role": "csm"})


def test_same_role_again_writes_nothing(owner: Any) -> None:
    change_role(make_membership(role=Role.CSM), Role.CSM, by=owner)
    assert not AuditEntry.objects.exists()


def test_last_owner_stays_one(owner: Any) -> None:
    with pytest.raises(ValidationError, match="needs an owner"):
        change_role(owner, Role.ADMIN, by=owner)
    with pytest.raises(ValidationError, match="needs an owner"):
        remove_member(owner, by=owner)
    assert Membership.objects.with_role(Role.OWNER).get() == owner


def test_removed_owner_does_not_count_as_one(owner: Any) -> None:
    second = make_membership(role=Role.OWNER)
    remove_member(second, by=owner)
    with pytest.raises(ValidationError, match="needs an owner"):
        remove_member(owner, by=owner)


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_admin_neither_makes_nor_touches_owners(owner: Any, role: Role) -> None:
    admin, other = make_membership(role=Role.ADMIN), make_membership(role=Role.CSM)
    with pytest.raises(PermissionDenied):
        change_role(other if role == Role.OWNER else owner, role, by=admin)
    with pytest.raises(PermissionDenied):
        remove_member(owner, by=admin)


def test_ownership_is_handed_over_whole(owner: Any) -> None:
    heir = make_membership(role=Role.CSM)
    transfer_ownership(to=heir, by=owner)
    assert {m.pk: m.role for m in Membership.objects.all()} == {heir.pk: "owner", owner.pk: "admin"}


def test_leaver_hands_the_customers_over(owner: Any) -> None:
    leaver, heir = make_membership(), make_membership()
    customer, other = make_customer(csm=leaver), make_customer(csm=owner)
    assert remove_member(leaver, by=owner, customers_to=heir) == 1
    assert dict(Customer.objects.values_list("pk", "csm")) == {customer.pk: heir.pk, other.pk: owner.pk}


def test_person_removed_twice_is_gone(owner: Any) -> None:
    leaver = make_membership()
    remove_member(leaver, by=owner)
    with pytest.raises(ValidationError, match="has left"):
        remove_member(leaver, by=owner)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_remove_each_other_at_once() -> None:
    tenant = make_tenant()
    with tenant_scope(tenant):
        pair = [make_membership(role=Role.OWNER), make_membership(role=Role.OWNER)]

    def leave(index: int) -> str:
        try:
            with tenant_scope(tenant):
                remove_member(pair[index], by=pair[1 - index])
            return "left"
        except ValidationError:
            return "kept"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, [0, 1])) == ["kept", "left"]
    with tenant_scope(tenant):
        assert Membership.objects.with_role(Role.OWNER).count() == 1


def test_access_ends_with_the_membership(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        owner, leaver = make_membership(role=Role.OWNER), make_membership()
    client.force_login(leaver.user)
    assert client.get("/acme/").status_code == 200
    with tenant_scope(acme):
        remove_member(leaver, by=owner)
    assert client.get("/acme/").status_code == 404
    assert workspaces_of(leaver.user) == []


def test_page_changes_a_role(client: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        owner, member = make_membership(role=Role.OWNER), make_membership(role=Role.VIEWER)
    client.force_login(owner.user)
    client.post(f"/acme/settings/team/{member.pk}/role/", {"role": "support"})
    client.post(f"/acme/settings/team/{member.pk}/role/", {"role": "emperor"})
    with tenant_scope(acme):
        assert Membership.objects.get(pk=member.pk).role == "support"
        assert AuditEntry.objects.get().actor_label == owner.user.email


def test_page_of_removal_refuses_another_tenants_successor(client: Client, acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(globex):
        stranger = make_membership()
    with tenant_scope(acme):
        owner, member = make_membership(role=Role.OWNER), make_membership()
    client.force_login(owner.user)
    answer = client.post(f"/acme/settings/team/{member.pk}/remove/", {"customers_to": str(stranger.pk)})
    assert answer.status_code == 422 and "customers_to" in answer.context["form"].errors
    with tenant_scope(acme):
        assert Membership.objects.active().count() == 2


def test_team_page_costs_the_same_for_many_members(
    client: Client, acme: Tenant, django_assert_max_num_queries: Any
) -> None:
    with tenant_scope(acme):
        owner = make_membership(role=Role.OWNER)
        for _ in range(20):
            make_membership()
    client.force_login(owner.user)
    with django_assert_max_num_queries(20):
        assert client.get("/acme/settings/team/").status_code == 200


def test_start_leads_into_the_only_workspace_or_to_the_choice(client: Client, acme: Tenant, globex: Tenant) -> None:
    person = make_user()
    client.force_login(person)
    with tenant_scope(acme):
        make_membership(person)
    assert client.get("/")["Location"] == "/acme/"
    with tenant_scope(globex):
        make_membership(person, Role.VIEWER)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [("/account/workspaces/", 302)]
    assert [w.slug for w in workspaces_of(person)] == ["acme", "globex"]
    assert "Globex" in client.get("/acme/").content.decode()
