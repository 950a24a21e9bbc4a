"""Browser files of npm packages, served as they are: no bundler, no copy, and only those on the list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage

from config import fonts

NPM_FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler-themes.min.css": "@tabler/core/dist/css/tabler-themes.min.css",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/driver.js": "driver.js/dist/driver.js.iife.js",
    "vendor/driver.css": "driver.js/dist/driver.css",
    "vendor/tom-select.js": "tom-select/dist/js/tom-select.complete.min.js",
    "vendor/tom-select.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "vendor/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "vendor/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "vendor/inter-cyrillic.woff2": "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2",
}

REDUCED = {"vendor/inter-latin.woff2": fonts.LATIN, "vendor/inter-latin-ext.woff2": fonts.LATIN_EXTENDED}

SOURCE_MAP = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)\s*$")


def npm_path(name: str) -> Path:
    return Path(settings.NODE_MODULES) / NPM_FILES[name]


class NpmStorage(FileSystemStorage):
    """Reads listed names only, as they are collected for serving.

    Pointers to source maps are dropped, since maps are not shipped; fonts keep only the letters that are used.
    """

    prefix = ""

    def path(self, name: str) -> str:
        return str(npm_path(name))

    def exists(self, name: str) -> bool:
        return name in NPM_FILES and npm_path(name).exists()

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if name in REDUCED:
            return ContentFile(fonts.reduced_font(npm_path(name), REDUCED[name]), name)
        content = npm_path(name).read_bytes()
        if name.endswith((".js", ".css")):
            content = SOURCE_MAP.sub(b"", content)
        return ContentFile(content, name)


class NpmFinder(BaseFinder):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = NpmStorage(location="/", base_url=None)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [path for name, path in NPM_FILES.items() if not npm_path(name).exists()]
        return [Error(f"{path} is missing: run bin/setup.", id="assets.E001") for path in missing]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in NPM_FILES:
            return []
        found = str(npm_path(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in NPM_FILES:
            yield name, self.storage
