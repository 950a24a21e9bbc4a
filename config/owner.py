"""Going up to the owner role for as long as the schema changes, and down again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

_WHO = ("USER", "PASSWORD")
_acting: ContextVar[bool] = ContextVar("acting_as_owner", default=False)


def acting_as_owner() -> bool:
    return _acting.get()


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    if not settings.DATABASE_OWNER_URL:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is not set; changing the schema needs it.")
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    before = {name: connections[alias].settings_dict[name] for name in _WHO}
    _change(alias, {name: owner[name] for name in _WHO})
    token = _acting.set(True)
    try:
        yield
    finally:
        _acting.reset(token)
        _change(alias, before)


def _change(alias: str, who: dict[str, str]) -> None:
    connections[alias].close()
    connections[alias].settings_dict.update(who)
