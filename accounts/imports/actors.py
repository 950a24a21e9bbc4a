"""Whoever asked for an import is the one who acts when the job runs, in their language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import translation

from accounts.services.audit import Actor, acting_as, current_actor


def actor_payload() -> dict[str, Any]:
    actor = current_actor()
    return {
        "kind": actor.kind,
        "label": actor.label,
        "id": str(actor.id) if actor.id else None,
        "language": translation.get_language() or "en",
    }


@contextmanager
def acting_for(payload: dict[str, Any]) -> Iterator[None]:
    key = payload.get("id")
    actor = Actor(payload.get("kind", "system"), payload.get("label", "system"), id=UUID(key) if key else None)
    with acting_as(actor), translation.override(payload.get("language", "en")):
        yield
