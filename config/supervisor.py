"""Runs the product's processes side by side: all of them, or none.

A process that ends is started again; one that keeps ending brings everything down with a
clear message. On Linux no child outlives the supervisor, even one that was killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config.embedded.process import dying_with

_STOP_SECONDS = 25
_MOST_RESTARTS, _WITHIN_SECONDS = 5, 60


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_RESTARTS))

    def start(self) -> None:
        self.started.append(time.monotonic())
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid(), signal.SIGTERM),
        )

    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def keeps_ending(self) -> bool:
        return len(self.started) == _MOST_RESTARTS and time.monotonic() - self.started[0] < _WITHIN_SECONDS


class Supervisor:
    def __init__(self, children: Sequence[Child], say: Callable[[str], object]) -> None:
        self._children = children
        self._say = say
        self._wanted_down = threading.Event()
        self._failed = False

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._wanted_down.set())
        for child in self._children:
            child.start()

    def wait(self, seconds: float) -> bool:
        """Look after the children for a while; False once everything is to go down."""
        deadline = time.monotonic() + seconds
        while not self._wanted_down.wait(0.2):
            self._restart_ended()
            if time.monotonic() >= deadline:
                break
        return not self._wanted_down.is_set()

    def stop(self) -> int:
        """Ask first, then insist; returns the exit code for the whole."""
        for child in self._children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            if child.process is not None:
                try:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    self._say(f"{child.name} does not stop; killing it")
            _signal_group(child, signal.SIGKILL)
        return 1 if self._failed else 0

    def _restart_ended(self) -> None:
        for child in self._children:
            code = child.exit_code()
            if code is None:
                continue
            if child.keeps_ending():
                self._say(f"{child.name} ended {_MOST_RESTARTS} times; stopping everything")
                self._failed = True
                self._wanted_down.set()
                return
            self._say(f"{child.name} ended with {code}; starting it again")
            _signal_group(child, signal.SIGKILL)  # what it may have left behind
            child.start()


def _signal(child: Child, number: signal.Signals) -> None:
    if child.process is not None and child.process.poll() is None:
        child.process.send_signal(number)


def _signal_group(child: Child, number: signal.Signals) -> None:
    if child.process is None:
        return
    try:
        os.killpg(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def python_module(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
