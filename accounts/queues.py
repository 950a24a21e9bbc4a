"""Tables that the pump empties: rows with state, run_at, lease_until and attempts, done by one Celery task each.

An app above registers its own table. The dispatch role needs SELECT on (id, tenant_id, run_at, state, lease_until,
attempts), UPDATE on (state, lease_until, attempts), and a policy USING (true).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from accounts.models import Tenant


@dataclass(frozen=True)
class Queue:
    """`run` does one row now; `task` is the Celery task that calls it. A lost claim goes to the state `expired`."""

    name: str
    table: str
    task: Any
    run: Callable[[Tenant, UUID | str], object]
    expired: str


queues: dict[str, Queue] = {}


def register_queue(queue: Queue) -> None:
    queues[queue.name] = queue
