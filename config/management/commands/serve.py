from __future__ import annotations

import os
import socket
import sys
import urllib.request
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.static_files import collect_when_changed
from config.supervisor import Child, Supervisor, python_module

_READY_SECONDS = 120


class Command(BaseCommand):
    help = "Migrate, then run web, worker and pump until told to stop."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--web-workers", type=int, default=2)
        parser.add_argument("--workers", type=int, default=2, help="processes of the queue worker")
        parser.add_argument("--demo", action="store_true", help="fill in the demo tenants first")
        parser.add_argument("--once", action="store_true", help="exit once everything is healthy")
        parser.add_argument("--reload", action="store_true", help="start again when code changes")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_taken_port(options["host"], options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            collect_when_changed()
        address = f"http://{options['host']}:{options['port']}"
        os.environ.setdefault("PERENNIAL_URL", address)
        if options["reload"]:
            os.environ["WEB_RELOAD"] = "1"
        log_ins = StringIO()
        if options["demo"]:
            call_command("seed_demo", stdout=log_ins)
        supervisor = Supervisor(_children(options), self.stderr.write)
        supervisor.start()
        try:
            ready = self._wait_until_ready(supervisor, address)
            if ready:
                self._announce(address, log_ins.getvalue())
            while ready and not options["once"] and supervisor.wait(3600):
                pass
        finally:
            code = supervisor.stop()
        if code or (options["once"] and not ready):
            raise CommandError("The product did not become or stay healthy; see above.")

    def _wait_until_ready(self, supervisor: Supervisor, address: str) -> bool:
        for _ in range(_READY_SECONDS):
            if not supervisor.wait(0.5):
                return False
            if _answers(f"{address}/readyz"):
                return True
        self.stderr.write(f"{address}/readyz did not answer in {_READY_SECONDS} s")
        return False

    def _announce(self, address: str, log_ins: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"Perennial is ready: {address}/"))
        self.stdout.write(f"API reference: {address}/api/v1/docs/")
        self.stdout.write(log_ins)
        self.stdout.flush()


def _children(options: dict[str, Any]) -> list[Child]:
    bind = f"{options['host']}:{options['port']}"
    return [
        Child("web", _web(bind, options)),
        Child("worker", _worker(options["workers"])),
        Child("pump", [sys.executable, "manage.py", "pump"]),
    ]


def _web(bind: str, options: dict[str, Any]) -> list[str]:
    flags = ["--config", "config/gunicorn.py", "--bind", bind, "--workers", str(options["web_workers"])]
    return python_module("gunicorn", *flags, "config.wsgi:application")


def _worker(processes: int) -> list[str]:
    flags = ["--concurrency", str(processes), "--loglevel", "WARNING"]
    flags += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    command = python_module("celery", "--quiet", "-A", "config.celery", "worker", *flags)
    return [command[0], "-W", "ignore:You're running the worker with superuser", *command[1:]]


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Cannot listen on {host}, port {port} ({error}); --port takes another.") from error


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
