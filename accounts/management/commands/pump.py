from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connections

from accounts.services.pump import Pump

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Send what is due to the workers, for ever. Two or more pumps may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        pump, wait = Pump(), 0.0
        log.info("pump.started", pump=pump.name)
        while not stop.wait(wait):
            try:
                sent = pump.tick()
                wait = 0.05 if sent else options["interval"]
            except (DatabaseError, InterfaceError) as error:
                wait = min(max(wait, options["interval"]) * 2, 5.0)
                log.warning("database.unreachable", error=str(error).strip(), retry_seconds=wait)
                connections.close_all()
        log.info("pump.stopped", pump=pump.name, published=pump.published)
