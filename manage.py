#!/usr/bin/env python3
"""Django's command line, with the product's services running."""

from __future__ import annotations

import os
import sys

from config.embedded import ServicesFailed, ensure_services

_WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "prepare_database",
    "version",
    "--help",
    "--version",
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in _WITHOUT_SERVICES:
        try:
            ensure_services()
        except (ServicesFailed, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
