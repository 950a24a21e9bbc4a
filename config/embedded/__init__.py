"""Real PostgreSQL and Valkey from wheels, for machines that have neither.

Every process that needs them calls `ensure_services()`. The first one starts a keeper
process that owns the servers; the keeper stops them when the last user is gone, however it
went. `PERENNIAL_LOCAL` names the folder; processes with the same folder share the servers.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from config.embedded.folder import Folder, State

_START_SECONDS = 90
_FRESH_SECONDS = 120
_held: list[int] = []


class ServicesFailed(RuntimeError):
    """The embedded services did not start; the message says what to look at."""


def ensure_services(*, durable: bool = True, throwaway: bool = False) -> None:
    """Start what `DATABASE_URL` and `REDIS_URL` do not name, and put the addresses there.

    `durable=False` trades safety against power loss for speed, `throwaway` removes the folder
    at the end; both count only for the process that happens to start the servers.
    """
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    folder = Folder.default()
    folder.create()
    _become_user(folder)
    state = _running(folder) or _start(folder, durable=durable, throwaway=throwaway)
    for name, value in folder.addresses(state).items():
        os.environ.setdefault(name, value)
    os.environ["PERENNIAL_EMBEDDED"] = str(folder.path)


def forget_unused(folders: Iterable[Path]) -> None:
    """Remove what throwaway runs left behind that failed or were cut off; those in use stay."""
    for folder in map(Folder, folders):
        try:
            if time.time() - folder.path.stat().st_mtime < _FRESH_SECONDS:
                continue  # perhaps of a run that is just starting
            with folder.users_lock.open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not folder.keeper_is_alive():
                    shutil.rmtree(folder.path, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue


def _become_user(folder: Folder) -> None:
    """Hold the shared lock until this process (and its forks) end; waits while a keeper stops."""
    lock = os.open(folder.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    _held.append(lock)


def _running(folder: Folder) -> State | None:
    return folder.read_state() if folder.keeper_is_alive() else None


def _start(folder: Folder, *, durable: bool, throwaway: bool) -> State:
    with folder.exclusive(folder.start_lock):
        if state := _running(folder):
            return state
        if not folder.keeper_is_alive():
            folder.forget_state()
            keeper = _spawn_keeper(folder, durable=durable, throwaway=throwaway)
        else:
            keeper = None
        return _wait_until_ready(folder, keeper)


def _spawn_keeper(folder: Folder, *, durable: bool, throwaway: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.embedded.keeper", str(folder.path)]
    command += [] if durable else ["--not-durable"]
    command += ["--throwaway"] if throwaway else []
    with folder.keeper_log.open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_until_ready(folder: Folder, keeper: subprocess.Popen[bytes] | None) -> State:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if state := _running(folder):
            return state
        if keeper is not None and keeper.poll() is not None:
            break
        time.sleep(0.03)
    raise ServicesFailed(
        f"The embedded PostgreSQL and Valkey did not start. {folder.keeper_log} ends with:\n" + folder.end_of_log()
    )
