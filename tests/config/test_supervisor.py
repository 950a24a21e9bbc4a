"""All processes or none: driven from outside, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

RUN = """
import sys
from config.supervisor import Child, Supervisor
code = sys.argv[2]
sleeper = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
other = Child("other", [sys.executable, "-c", code])
supervisor = Supervisor([sleeper, other], lambda text: print(text, flush=True))
supervisor.start()
print("started", sleeper.process.pid, flush=True)
while supervisor.wait(600):
    pass
sys.exit(supervisor.stop())
"""
Run = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running: list[subprocess.Popen[str]] = []

    def start(code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", RUN, str(tmp_path), code]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_told_to_stop_it_stops_its_children(run: Run) -> None:
    process = run("import time; time.sleep(600)")
    child = int(_line(process).split()[1])
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert _is_gone(child)


def test_a_killed_child_is_started_again(run: Run) -> None:
    process = run("import time; time.sleep(600)")
    child = int(_line(process).split()[1])
    os.kill(child, signal.SIGKILL)
    assert _line(process) == "sleeper ended with -9; starting it again"


def test_a_child_that_keeps_ending_brings_all_down(run: Run) -> None:
    process = run("raise SystemExit(3)")
    child = int(_line(process).split()[1])
    assert process.wait(30) == 1
    assert process.stdout is not None
    assert process.stdout.read().splitlines()[-1] == "other ended 5 times; stopping everything"
    assert _is_gone(child)


def test_children_do_not_outlive_a_killed_supervisor(run: Run) -> None:
    process = run("import time; time.sleep(600)")
    child = int(_line(process).split()[1])
    process.kill()
    assert _is_gone(child)
