from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.draining import drain
from config.demo.seed import MAIN, SECOND, demo_password, seed


class Command(BaseCommand):
    help = "Make the two demo tenants, unless they are there, and say how to log in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=MAIN.customers, help="in the larger tenant")
        parser.add_argument("--seed", type=int, default=MAIN.seed)
        parser.add_argument("--slug", default=MAIN.slug)

    def handle(self, *args: Any, **options: Any) -> None:
        main = replace(MAIN, slug=options["slug"], customers=options["customers"], seed=options["seed"])
        for demo in (main, SECOND):
            seed(demo, self._say)
        drain(1800)
        self._print_log_ins(main.slug, main.domain)

    def _say(self, text: str) -> None:
        self.stderr.write(f"· {text}")

    def _print_log_ins(self, slug: str, domain: str) -> None:
        self.stdout.write(f"Log in at /account/login/ with the password {demo_password()} as")
        for who in ("csm1", "admin", "owner", "viewer"):
            self.stdout.write(f"  {who + '@' + domain:<28} /{slug}/")
