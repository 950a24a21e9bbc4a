"""The names under which events arrive: written down when first seen, with a guess at what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from health.models import EventRole, EventType, Feature

_LOGINS = frozenset(
    "login log_in logged_in user_login user_logged_in user_log_in signed_in sign_in signin user_signed_in "
    "user_signed_in_successfully session_started user_session_started login_succeeded".split()
)


def slug(name: str) -> str:
    """Lower case, with one underscore for anything that is neither letter nor digit."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")[:200]


def guess_role(event: str) -> str:
    return EventRole.LOGIN if slug(event) in _LOGINS else EventRole.ACTION


def register(events: Iterable[str]) -> None:
    """Write down the names that are new, each with the feature of the same key or name, if there is one."""
    names = set(events)
    new = names - set(EventType.objects.filter(event__in=names).values_list("event", flat=True))
    if not new:
        return
    features = _features_by_slug()
    EventType.objects.bulk_create(
        [
            EventType(event=name, slug=slug(name), role=guess_role(name), feature_id=features.get(slug(name)))
            for name in sorted(new)
        ],
        ignore_conflicts=True,
    )


def _features_by_slug() -> dict[str, UUID]:
    rows = Feature.objects.order_by("-created_at").values_list("pk", "key", "name")
    return {slug(text): pk for pk, key, name in rows for text in (name, key)}
