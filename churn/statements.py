"""The SQL of this app, kept as files beside the code."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def statement(*names: str) -> str:
    """The named files of `churn/sql`, one after the other."""
    folder = resources.files("churn") / "sql"
    return "\n".join((folder / f"{name}.sql").read_text(encoding="utf-8") for name in names)
