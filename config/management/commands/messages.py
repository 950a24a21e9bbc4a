from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import catalogues


class Command(BaseCommand):
    help = "Merge the strings of code and templates into the message catalogues."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a translation is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_all()
            return
        for language, count in catalogues.update().items():
            self.stdout.write(f"{language}: {count} to translate")

    def check_all(self) -> None:
        template = catalogues.extract()
        found = [
            f"{language}: {gap}"
            for language in catalogues.LANGUAGES
            for gap in catalogues.gaps(catalogues.load(language), template)
        ]
        if found:
            raise CommandError("\n".join(found))
