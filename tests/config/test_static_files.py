from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from config.static_files import collect_when_changed


@pytest.fixture
def source(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One static file, collected into a folder of this test."""
    monkeypatch.setenv("PERENNIAL_LOCAL", str(tmp_path))
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    file = tmp_path / "source" / "page.css"
    file.parent.mkdir()
    file.write_text("a { color: red }")
    return file


def test_a_changed_file_is_collected_and_an_unchanged_one_is_not(source: Path, settings: Settings) -> None:
    collect_when_changed()
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    first = manifest.stat().st_mtime_ns
    collect_when_changed()
    assert manifest.stat().st_mtime_ns == first
    source.write_text("a { color: blue }")
    os.utime(source, ns=(first + 10**9, first + 10**9))
    collect_when_changed()
    assert manifest.stat().st_mtime_ns > first
