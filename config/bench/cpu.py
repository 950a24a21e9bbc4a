"""Time on the clock and on the processors, of this process and of the Postgres backends that serve it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass
class Spent:
    wall: float = 0.0
    client: float = 0.0
    server: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server


class Meter:
    """Adds up what happens inside `with` blocks. Backends are seen only when Postgres runs on this machine."""

    def __init__(self, backends: Sequence[int]) -> None:
        self.spent = Spent()
        self._backends = [psutil.Process(pid) for pid in backends if psutil.pid_exists(pid)]

    def __enter__(self) -> Meter:
        self._before = (time.perf_counter(), time.process_time(), self._server())
        return self

    def __exit__(self, *exc: object) -> None:
        wall, client, server = self._before
        self.spent.wall += time.perf_counter() - wall
        self.spent.client += time.process_time() - client
        self.spent.server += self._server() - server

    def _server(self) -> float:
        return sum(times.user + times.system for times in (each.cpu_times() for each in self._backends))
