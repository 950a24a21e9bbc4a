"""Going up to the owner role for as long as the schema changes, and down again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

_WHO = ("USER", "PASSWORD")


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    if not settings.DATABASE_OWNER_URL:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is not set; changing the schema needs it.")
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    connection = connections[alias]
    before = {name: connection.settings_dict[name] for name in _WHO}
    _change(alias, {name: owner[name] for name in _WHO})
    try:
        yield
    finally:
        _change(alias, before)


def _change(alias: str, who: dict[str, str]) -> None:
    connections[alias].close()
    connections[alias].settings_dict.update(who)
