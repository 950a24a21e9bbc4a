"""Collecting static files takes seconds; it is done only when one of them has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from config.embedded.folder import Folder


def collect_when_changed() -> None:
    stamp = Folder.default().path / "static.stamp"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    digest = hashlib.sha256(json.dumps(sorted(_sources())).encode()).hexdigest()
    if manifest.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=manifest.exists())
    stamp.write_text(digest)


def _sources() -> Iterator[tuple[str, str, int, int]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            yield name, storage.path(name), found.st_size, found.st_mtime_ns
