from __future__ import annotations

from dataclasses import dataclass

from integrations.models.dead_letter import Reason


@dataclass(frozen=True)
class Refused(Exception):
    """An event that cannot be stored, and why."""

    reason: Reason
    detail: str = ""
