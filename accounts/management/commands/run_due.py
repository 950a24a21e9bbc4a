from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.draining import NotDrained, drain


class Command(BaseCommand):
    help = (
        "Do everything that is due now, in all tenants, and end. Works without a broker and beside pump and workers; "
        "what a worker is doing is waited for. Prints one JSON line with counts; fails when the time is up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="the default, for clarity in scripts")
        parser.add_argument("--seconds", type=float, default=40, help="time limit")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = drain(options["seconds"])
        except NotDrained as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(done))
