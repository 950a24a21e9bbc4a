"""The process that owns the embedded servers: starts, restarts and stops them.

It waits for an exclusive lock on the users' lock, which the kernel grants when the last user
process is gone, even one that was killed. A server that dies meanwhile is started again on
the same port.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from config.database_roles import prepare_cluster
from config.embedded.folder import DATABASE, Folder, State
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

_MOST_RESTARTS = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--not-durable", action="store_true")
    parser.add_argument("--throwaway", action="store_true")
    options = parser.parse_args()
    folder = Folder(options.folder)
    lock = folder.keeper_lock.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    keep(folder, durable=not options.not_durable)
    if options.throwaway:  # after a failure it stays, for whoever reads the log
        shutil.rmtree(folder.path, ignore_errors=True)
    return 0


def keep(folder: Folder, *, durable: bool) -> None:
    wanted = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wanted.set())
    postgres, valkey = Postgres(folder, durable=durable), Valkey(folder)
    try:
        valkey.start()
        postgres.start()
        prepare_cluster(postgres.admin_dsn, DATABASE, folder.secrets().roles)
        folder.write_state(State(postgres.port, valkey.port))
        threading.Thread(target=_wait_for_users, args=(folder, wanted), daemon=True).start()
        _supervise(folder, postgres, valkey, wanted)
    finally:
        folder.forget_state()
        valkey.stop()
        postgres.stop()


def _wait_for_users(folder: Folder, gone: threading.Event) -> None:
    lock = os.open(folder.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # kept open: newcomers wait until this process has ended
    gone.set()


def _supervise(folder: Folder, postgres: Postgres, valkey: Valkey, done: threading.Event) -> None:
    restarts = 0
    while not done.wait(0.2):
        for server in (postgres, valkey):
            if server.is_running():
                continue
            restarts += 1
            if restarts > _MOST_RESTARTS:
                raise RuntimeError(f"{server.name} ended {_MOST_RESTARTS} times; giving up")
            print(f"{time.strftime('%H:%M:%S')} {server.name} ended; starting it again", flush=True)
            folder.forget_state()  # newcomers wait
            server.start()
            folder.write_state(State(postgres.port, valkey.port))


if __name__ == "__main__":
    sys.exit(main())
