"""What lies in the folder of the embedded services: locks, secrets, state, data."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.database_roles import RolePasswords

_REPOSITORY = Path(__file__).resolve().parents[2]
DATABASE = "perennial"


@dataclass(frozen=True)
class State:
    """Written by the keeper once both servers answer."""

    postgres_port: int
    valkey_port: int


@dataclass(frozen=True)
class Secrets:
    admin: str
    owner: str
    app: str
    dispatch: str
    valkey: str

    @property
    def roles(self) -> RolePasswords:
        return RolePasswords(self.owner, self.app, self.dispatch)


@dataclass(frozen=True)
class Folder:
    path: Path

    @classmethod
    def default(cls) -> Folder:
        named = os.environ.get("PERENNIAL_LOCAL")
        return cls(Path(named).resolve() if named else _REPOSITORY / ".local")

    @property
    def users_lock(self) -> Path:
        return self.path / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.path / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.path / "keeper.lock"

    @property
    def keeper_log(self) -> Path:
        return self.path / "services.log"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def state_file(self) -> Path:
        return self.path / "services.json"

    def create(self) -> None:
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(f"{self.path} belongs to another user; set PERENNIAL_LOCAL to a folder of your own.")

    def secrets(self) -> Secrets:
        """Made once, readable by the user alone."""
        file = self.path / "secrets.json"
        with self.exclusive(self.path / "secrets.lock"):
            if not file.exists():
                made = Secrets(*(secrets.token_urlsafe(24) for _ in range(5)))
                _write(file, json.dumps(asdict(made)))
        return Secrets(**json.loads(file.read_text()))

    def secret_key(self) -> str:
        """Django's signing key of a local installation."""
        self.create()
        file = self.path / "secret_key"
        with self.exclusive(self.path / "secrets.lock"):
            if not file.exists():
                _write(file, secrets.token_urlsafe(50))
        return file.read_text()

    def addresses(self, state: State) -> dict[str, str]:
        known = self.secrets()
        database = f"127.0.0.1:{state.postgres_port}/{DATABASE}"
        return {
            "DATABASE_URL": f"postgresql://perennial_app:{known.app}@{database}",
            "DATABASE_OWNER_URL": f"postgresql://perennial_owner:{known.owner}@{database}",
            "DATABASE_DISPATCH_URL": f"postgresql://perennial_dispatch:{known.dispatch}@{database}",
            "REDIS_URL": f"redis://:{known.valkey}@127.0.0.1:{state.valkey_port}/0",
        }

    def keeper_is_alive(self) -> bool:
        with self.keeper_lock.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def read_state(self) -> State | None:
        try:
            return State(**json.loads(self.state_file.read_text()))
        except FileNotFoundError:
            return None

    def write_state(self, state: State) -> None:
        _write(self.state_file, json.dumps(asdict(state)))

    def forget_state(self) -> None:
        self.state_file.unlink(missing_ok=True)

    def end_of_log(self) -> str:
        lines = self.keeper_log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    @contextmanager
    def exclusive(self, lock: Path) -> Iterator[None]:
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _write(file: Path, text: str) -> None:
    """All or nothing, for the user's eyes alone."""
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
