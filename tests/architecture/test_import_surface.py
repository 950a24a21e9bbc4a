"""Across apps only what is meant for others is imported; import-linter keeps the direction, this keeps the doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = [app for app in settings.OUR_APPS if app != "config"]
DOORS = {"models", "services", "selectors", "events", "panels", "subscriptions"}
# The ground floor is there for all but for its own pages; usage events have one writer and one reader for all.
CLOSED_GROUND_FLOOR = {"views", "forms", "admin", "management", "migrations", "templatetags"}
OFFERED = {"health": {"usage"}}


def _is_open(app: str, door: str) -> bool:
    if app == "accounts":
        return door not in CLOSED_GROUND_FLOOR
    return door in DOORS | OFFERED.get(app, set())


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def _intrusions() -> Iterator[str]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for line, module in _imports(path):
                other, _, rest = module.partition(".")
                if other == app or other not in APPS or not rest:
                    continue
                if not _is_open(other, rest.split(".")[0]):
                    yield f"{path.relative_to(ROOT)}:{line} imports {module}"


def test_apps_enter_each_other_only_by_the_doors() -> None:
    assert list(_intrusions()) == []
