"""What work costs: wall time, and CPU of this process and of its database session together."""

from __future__ import annotations

import logging
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

Work = Callable[[], Any]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Median wall seconds of one call, and mean CPU seconds of one call."""

    wall: float
    cpu: float


def costs(works: Sequence[Work], *, rounds: int, warm_up: int = 3) -> list[Cost]:
    """Measured in turns, so that whatever else the machine does falls on all of them alike; nothing is logged."""
    logging.disable(logging.INFO)
    try:
        return _costs(works, rounds, warm_up)
    finally:
        logging.disable(logging.NOTSET)


def _costs(works: Sequence[Work], rounds: int, warm_up: int) -> list[Cost]:
    for work in works:
        for _ in range(warm_up):
            work()
    walls: list[list[float]] = [[] for _ in works]
    cpus = [0.0 for _ in works]
    for _round in range(rounds):
        for index, work in enumerate(works):
            cpu, start = _cpu(), time.perf_counter()
            work()
            walls[index].append(time.perf_counter() - start)
            cpus[index] += _cpu() - cpu
    return [Cost(statistics.median(wall), cpu / rounds) for wall, cpu in zip(walls, cpus, strict=True)]


def result(name: str, ratio: float, goal: float, detail: str) -> dict[str, Any]:
    """One line of `bin/bench`."""
    return {"name": name, "ratio": round(ratio, 3), "goal": goal, "met": ratio <= goal, "detail": detail}


def _cpu() -> float:
    return time.process_time() + _server_cpu()


def _server_cpu() -> float:
    """CPU of the session's server process where it runs on this machine; nothing where it does not.

    The scheduler's own count in nanoseconds; the kernel's clock ticks are too coarse for one page.
    """
    pid = connection.connection.info.backend_pid if connection.connection else 0
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return _ticks(pid)


def _ticks(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
