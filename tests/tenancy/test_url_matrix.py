"""Every staff route against everybody: visitors, strangers, weak roles, removed members, another tenant's ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts.models import Role
from accounts.roles import PERMISSIONS
from accounts.services.tenants import RESERVED_SLUGS
from tests.tenancy.estate import Estate, browser, make_estate
from tests.tenancy.routes import PERSONAL, PUBLIC, Route, all_routes

ROUTES = all_routes()
STAFF = [route for route in ROUTES if route.is_staff]
WITH_IDS = [route for route in STAFF if any(converter == "uuid" for converter, _name in route.parameters)]
TOKENS = re.compile(r'csrfmiddlewaretoken" value="\w+|X-CSRFToken(?:"|&quot;): (?:"|&quot;)\w+')


@pytest.fixture
def estate(db: None) -> Iterator[Estate]:
    made = make_estate()
    before = made.fingerprint()
    yield made
    assert made.fingerprint() == before


def answers(client: Client, route: Route, slug: str, id_: UUID) -> dict[str, Any]:
    """The answer to each method that the route takes."""
    found = {method: getattr(client, method)(route.url(slug, id_)) for method in ("get", "post")}
    return {method: response for method, response in found.items() if response.status_code != 405}


def statuses(client: Client, route: Route, slug: str, id_: UUID) -> set[int]:
    return {response.status_code for response in answers(client, route, slug, id_).values()}


def words(response: Any) -> str:
    """The body without what differs on each request or repeats the address."""
    return re.sub(r"/(globex|no-such-tenant)/", "/…/", TOKENS.sub("", response.content.decode()))


def test_every_route_is_declared() -> None:
    stray = [route for route in ROUTES if not (route.is_staff or route.is_api or route.is_public)]
    assert [str(route) for route in stray if route.name not in PERSONAL] == []


def test_lists_of_routes_name_only_what_exists() -> None:
    known = {route.name for route in ROUTES} | {route.pattern for route in ROUTES}
    assert {*PUBLIC, *PERSONAL} <= known


def test_no_tenant_can_take_an_address_of_the_product() -> None:
    own = {route.pattern.split("/")[0] for route in ROUTES if not route.pattern.startswith("<")} - {""}
    assert own <= RESERVED_SLUGS


def test_every_permission_of_a_route_exists() -> None:
    assert {route.permission for route in STAFF} <= set(PERMISSIONS)


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_only_members_who_may_get_in(estate: Estate, route: Route) -> None:
    visitor_is_asked_to_log_in(route)
    stranger_gets_the_404_of_a_tenant_that_does_not_exist(estate, route)
    weak_role_gets_403_and_a_removed_member_404(estate, route)


def visitor_is_asked_to_log_in(route: Route) -> None:
    found = answers(browser(), route, "acme", uuid4())
    assert {(a.status_code, a["Location"].split("?")[0]) for a in found.values()} == {(302, "/account/login/")}


def stranger_gets_the_404_of_a_tenant_that_does_not_exist(estate: Estate, route: Route) -> None:
    client, id_ = browser(estate.people[Role.OWNER]), estate.ids["customer"]
    stranger, missing = (answers(client, route, slug, id_) for slug in ("globex", "no-such-tenant"))
    assert {a.status_code for a in (*stranger.values(), *missing.values())} == {404}
    assert {method: words(a) for method, a in stranger.items()} == {method: words(a) for method, a in missing.items()}
    assert all("Globex" not in words(a) for a in stranger.values())


def weak_role_gets_403_and_a_removed_member_404(estate: Estate, route: Route) -> None:
    weak = {role: browser(estate.people[role]) for role in set(Role) - PERMISSIONS[route.permission]}
    found = {role: statuses(client, route, "acme", uuid4()) for role, client in weak.items()}
    assert all(each == {403} for each in found.values()), found
    assert statuses(browser(estate.removed), route, "acme", uuid4()) == {404}


@override_settings(ROOT_URLCONF="tests.tenancy.bare_404")
@pytest.mark.parametrize("route", WITH_IDS, ids=str)
def test_other_tenants_ids_are_missing_ids(estate: Estate, route: Route) -> None:
    client = browser(estate.people[Role.OWNER])
    tried = {"missing": uuid4(), **estate.ids}
    found = {name: statuses(client, route, "acme", id_) for name, id_ in tried.items()}
    assert all(each == {404} for each in found.values()), found
