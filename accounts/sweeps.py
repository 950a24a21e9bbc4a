"""Sweeps: small pieces of work that are due whenever a table holds rows, such as an inbox to be drained.

The pump asks which tenants have something waiting and has the sweep run once for each of them, in the tenant's
scope; two runs of one sweep never overlap inside a tenant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SweepHandler = Callable[[], int]


@dataclass(frozen=True)
class Sweep:
    """`waiting` is SQL that the dispatch role may run and that selects the ids of tenants; `%(now)s` is the clock.

    The migration that makes the table grants that role SELECT on the columns it reads, with a policy USING (true).
    """

    name: str
    waiting: str
    run: SweepHandler


sweeps: dict[str, Sweep] = {}


def sweep(name: str, *, waiting: str) -> Callable[[SweepHandler], SweepHandler]:
    """Register a sweep. Each call handles one batch and returns its size; it is called again until that is 0."""

    def register(handler: SweepHandler) -> SweepHandler:
        sweeps[name] = Sweep(name, waiting, handler)
        return handler

    return register
