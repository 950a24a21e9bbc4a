"""Finding among a million customers under row-level security, in round trips of an empty statement.

CPU of this process and of the database session together, so that a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.db import connection

from accounts.selectors.search import containing, find_customers, starting_with
from accounts.tenancy.scope import tenant_scope
from config.bench.clock import Work, costs, result
from config.bench.portfolio import portfolios
from config.bench.scratch import scratch_database

ROUNDS = 200
FOUND = 20


def run() -> Iterator[dict[str, Any]]:
    with scratch_database() as database:
        _small, large = portfolios(database)
        names = large.names(200)
        with tenant_scope(large.tenant):
            works = [_statement, _prefix(names), _substring(names), _typed(names)]
            one, prefix, substring, typed = (cost.cpu for cost in costs(works, rounds=ROUNDS))
    yield result(
        "search.prefix", prefix / one, 3, f"CPU {prefix * 1e3:.2f} ms, SELECT 1 {one * 1e3:.2f} ms, 1 M customers"
    )
    yield result("search.substring", substring / one, 25, f"CPU {substring * 1e3:.2f} ms, 1 M customers")
    yield result("search.typed", typed / one, 50, f"CPU {typed * 1e3:.2f} ms: prefix, then substring, as objects")


def _statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def _prefix(names: list[str]) -> Work:
    """The product's own statement, without the time in which Python composes it."""
    words = cycle(name[:4] for name in names)
    sql, _params = starting_with("word").values_list("pk")[:FOUND].query.sql_with_params()
    sample = [*_params]

    def search() -> None:
        word = next(words)
        with connection.cursor() as cursor:
            cursor.execute(sql, [word if each == "word" else each for each in sample])
            cursor.fetchall()

    return search


def _substring(names: list[str]) -> Work:
    words = cycle(name[2:7] for name in names)
    return lambda: containing(next(words), FOUND)


def _typed(names: list[str]) -> Work:
    words = cycle(name[1:6] for name in names)
    return lambda: find_customers(next(words), FOUND)
