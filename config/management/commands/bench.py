from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import bench


class Command(BaseCommand):
    """Measures; one JSON line per figure: name, ratio, goal, met, detail."""

    help = "Measure speed against yardsticks of the same run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help="All of them without any.")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {name: module for name, module in _modules().items() if hasattr(module, "run")}
        unknown = set(options["names"]) - set(known)
        if unknown:
            raise CommandError(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}.")
        settings.DEBUG = False  # or every statement would be kept
        for name in options["names"] or sorted(known):
            for line in known[name].run():
                self.stdout.write(json.dumps(line))
                self.stdout.flush()


def _modules() -> dict[str, Any]:
    return {each.name: import_module(f"config.bench.{each.name}") for each in pkgutil.iter_modules(bench.__path__)}
