"""What must never be in a file of the repository."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Spelled in parts, so that this file does not find itself.
FORBIDDEN = {
    "machine path": re.compile(r"(?:^|[\s\"'(=])/(?:work|" + "root|" + "home/[a-z]+)/", re.MULTILINE),
    "registry host": re.compile("pypi" + r"\.org|registry\.npm" + r"js\.|files\.python" + "hosted"),
    "conflict marker": re.compile("^" + "<" * 7 + " |^" + ">" * 7 + " ", re.MULTILINE),
    "private key": re.compile("BEGIN [A-Z ]*PRIVATE" + " KEY"),
}
IN_CODE = {"left open": re.compile(r"\b(?:TO" + "DO|FIX" + r"ME|XX" + "X)" + r"\b")}
IN_TESTS = {
    "skipped test": re.compile(r"pytest\.(?:mark\.)?(?:skip|x" + r"fail)\b|@unittest\." + "skip"),
    "mock": re.compile(r"\bmock" + r"\.patch|Magic" + r"Mock\("),
}
IN_PAGES = {
    "inline style": re.compile(r"\sstyle="),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"),
    "event attribute": re.compile(r"\son(?:click|change|submit|load|input)="),
}
BUCKETS = {"utils.py", "helpers.py", "misc.py", "common.py"}


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _rules(path: Path) -> dict[str, re.Pattern[str]]:
    rules = dict(FORBIDDEN)
    if path.suffix in {".py", ".js", ".css", ".html"}:
        rules |= IN_CODE
    if "tests" in path.relative_to(ROOT).parts:
        rules |= IN_TESTS
    if path.suffix == ".html":
        rules |= IN_PAGES
    return rules


def _faults() -> Iterator[str]:
    for path in _tracked():
        if path.name in {"LICENSE", "package-lock.json"} or path.suffix == ".txt":
            continue
        text = _text(path)
        for fault, pattern in _rules(path).items():
            if match := pattern.search(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line}: {fault}"


def test_no_file_holds_what_must_not_be_published() -> None:
    assert list(_faults()) == []


def test_no_module_is_a_bucket() -> None:
    assert [str(path) for path in _tracked() if path.name in BUCKETS] == []


@pytest.mark.parametrize(
    ("text", "fault"), [("path = '/work" + "/x'", "machine path"), ("a registry.npm" + "js.org", "registry host")]
)
def test_the_patterns_find_what_they_name(text: str, fault: str) -> None:
    assert FORBIDDEN[fault].search(text)
