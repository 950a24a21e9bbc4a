"""The embedded services, used as other processes use them: from the command line."""

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

from config.embedded.folder import Folder

USE = """
import os, sys
from config.embedded import ensure_services
ensure_services(durable=False)
import psycopg2
with psycopg2.connect(os.environ["DATABASE_URL"]) as opened, opened.cursor() as cursor:
    cursor.execute("SELECT current_user, current_setting('port')")
    print(*cursor.fetchone(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a user of the services in a folder of this test; it lives until its input is closed."""
    users: list[subprocess.Popen[str]] = []
    hidden = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DISPATCH_URL", "REDIS_URL", "PERENNIAL_EMBEDDED")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment["PERENNIAL_LOCAL"] = str(tmp_path)

    def start_one() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USE],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        users.append(user)
        return user

    yield start_one
    for user in users:
        user.communicate()
    assert _ends(lambda: _servers(tmp_path) == [])


def _servers(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(folder) in command and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _ends(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _first_line(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def test_two_users_share_one_server_and_the_last_one_ends_it(
    start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    first, second = start(), start()
    line = _first_line(first)
    assert line.startswith("perennial_app ")
    assert _first_line(second) == line
    first.communicate()
    assert Folder(tmp_path).keeper_is_alive()
    second.communicate()
    assert _ends(lambda: not Folder(tmp_path).keeper_is_alive())


def test_a_killed_user_leaves_nothing_running(start: Callable[[], subprocess.Popen[str]], tmp_path: Path) -> None:
    user = start()
    _first_line(user)
    user.kill()
    assert _ends(lambda: _servers(tmp_path) == [])


def test_a_killed_server_comes_back_on_its_port(start: Callable[[], subprocess.Popen[str]], tmp_path: Path) -> None:
    before = _first_line(start())
    pid = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    assert _ends(lambda: "starting it again" in (tmp_path / "services.log").read_text())
    again = start()
    assert _first_line(again) == before


def test_a_killed_keeper_takes_its_servers_along_and_the_next_user_starts_anew(
    start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    _first_line(start())
    keeper = next(one for one in _servers(tmp_path) if "config.embedded.keeper" in one.cmdline())
    keeper.kill()
    assert _ends(lambda: not [one for one in _servers(tmp_path) if one.name() == "postgres"])
    assert _first_line(start()).startswith("perennial_app ")


def test_a_pid_file_of_a_dead_server_is_no_obstacle(start: Callable[[], subprocess.Popen[str]], tmp_path: Path) -> None:
    user = start()
    _first_line(user)
    text = (tmp_path / "postgres" / "postmaster.pid").read_text()
    user.communicate()
    assert _ends(lambda: _servers(tmp_path) == [])
    (tmp_path / "postgres" / "postmaster.pid").write_text(text.replace(text.split()[0], str(os.getpid()), 1))
    assert _first_line(start()).startswith("perennial_app ")


def test_what_the_folder_keeps_secret_nobody_else_reads(
    start: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    _first_line(start())
    for name in ("secrets.json", "services.json"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0
