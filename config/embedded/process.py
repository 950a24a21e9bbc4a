"""Running a server as a child that cannot outlive its keeper."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def free_port(preferred: int | None = None) -> int:
    """A free loopback port; the preferred one if nobody took it meanwhile."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise OSError("no free loopback port")


def dying_with(parent: int, number: signal.Signals) -> Callable[[], None]:
    """What a child runs first: on Linux the kernel then signals it when the parent dies, even by SIGKILL."""

    def arrange() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return arrange


def unprivileged(command: list[str], folder: Path, number: signal.Signals) -> list[str]:
    """The command as user `nobody` where we are root, since PostgreSQL refuses to run as root.

    Below a closed home such as root's it keeps one right: to enter what is closed to others.
    """
    if os.geteuid() != 0:
        return command
    if not shutil.which("setpriv"):
        raise RuntimeError("As root, PostgreSQL needs `setpriv` (util-linux); or run as a user.")
    account = pwd.getpwnam("nobody")
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        *([] if _open_to_all(folder) and _open_to_all(Path(command[0])) else _MAY_ENTER),
        f"--pdeathsig={number.name.removeprefix('SIG')}",
        *command,
    ]


def hand_over(path: Path) -> None:
    """To the user that PostgreSQL runs as."""
    if os.geteuid() == 0:
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)


_MAY_ENTER = [
    "--securebits=+no_setuid_fixup",  # else access(2), which PostgreSQL asks, ignores the right
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
]


def _open_to_all(path: Path) -> bool:
    return all(one.stat().st_mode & stat.S_IXOTH for one in path.resolve().parents)


def run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)


def spawn(command: list[str], folder: Path, number: signal.Signals) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=dying_with(os.getpid(), number),
    )
