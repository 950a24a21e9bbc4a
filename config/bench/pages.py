"""The customer list, as a signed-in person gets it, against an empty page of the same frame and against its own size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, path

from accounts.web import StaffRequest, staff_page
from config.bench.clock import Work, costs, result
from config.bench.portfolio import Portfolio, portfolios
from config.bench.scratch import scratch_database
from config.urls import urlpatterns as product

ROUNDS = 60
ORDERS = {"name": "", "arr": "-arr", "health": "health", "renewal": "renewal"}


@staff_page("customers.read")
def empty(request: StaffRequest) -> HttpResponse:
    return render(request, "staff.html")


urlpatterns: list[URLPattern | URLResolver] = [path("<slug:slug>/empty/", empty), *product]


def run() -> Iterator[dict[str, Any]]:
    with scratch_database() as database, override_settings(ROOT_URLCONF=__name__):
        small, large = portfolios(database)
        blank, *lists = costs(
            [_page(large, "empty/"), *(_page(large, f"customers/?order={order}") for order in ORDERS.values())],
            rounds=ROUNDS,
        )
        for name, cost in zip(ORDERS, lists, strict=True):
            detail = f"p50 {cost.wall * 1e3:.1f} ms, empty page {blank.wall * 1e3:.1f} ms, 1 M customers, by {name}"
            yield result(f"pages.customers.{name}", cost.wall / blank.wall, 5, detail)
        little, much = costs([_page(small, "customers/"), _page(large, "customers/")], rounds=ROUNDS)
        detail = f"CPU {much.cpu * 1e3:.1f} ms at 1 M, {little.cpu * 1e3:.1f} ms at 1 k customers"
        yield result("pages.customers.growth", much.cpu / little.cpu, 1.15, detail)


def _page(portfolio: Portfolio, address: str) -> Work:
    client = Client(SERVER_NAME="localhost")
    client.force_login(portfolio.owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/{portfolio.tenant.slug}/{address}"

    def get() -> None:
        response = client.get(url, secure=False)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")

    return get
