"""What orchestrators and monitoring ask: is the process up, can it work, and how are the queues."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.models import PumpBeat

PUMP_SILENCE = 30.0  # seconds
PUMP_LAG = 60.0


class NotReady(Exception):
    """Says what is missing."""


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else, so that no outage elsewhere restarts it."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything that a change needs to take effect is there, else 503; each check is named."""
    checks = {name: _answer(check) for name, check in CHECKS.items()}
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503)


def _answer(check: Callable[[], None]) -> str:
    try:
        check()
    except (NotReady, DatabaseError, redis.RedisError) as error:
        return str(error).strip().splitlines()[0] if isinstance(error, NotReady) else "does not answer"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    finally:
        client.close()


def _migrations() -> None:
    if not _schema_is_current():
        _schema_is_current.cache_clear()  # a schema does become newer while the program runs, never older
        raise NotReady("the schema is older than the program")


@functools.cache
def _schema_is_current() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _pump() -> None:
    newest = PumpBeat.objects.order_by("-beat_at").first()
    if newest is None:
        raise NotReady("no pump has reported yet")
    silent = (timezone.now() - newest.beat_at).total_seconds()
    if silent > PUMP_SILENCE:
        raise NotReady(f"no pump has reported for {silent:.0f} s")
    if newest.lag_seconds > PUMP_LAG:
        raise NotReady(f"{newest.lag_seconds:.0f} s behind")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "migrations": _migrations,
    "pump": _pump,
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for the bearer of METRICS_TOKEN; 403 without, or when none is set."""
    if not _may_read_metrics(request):
        return HttpResponse("A token is needed.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "replace")
    wanted = settings.METRICS_TOKEN.encode()
    return bool(wanted) and hmac.compare_digest(given, wanted)


class QueueCollector(Collector):
    """Figures of the pumps, from their last signs of life; the same from whichever web process is asked."""

    def collect(self) -> Iterator[Metric]:
        beats = list(PumpBeat.objects.order_by("-beat_at")[:20])
        yield from self._pumps(beats)
        queues = {name: each for name, each in (beats[0].figures if beats else {}).items() if isinstance(each, dict)}
        for figure, text in QUEUE_FIGURES.items():
            gauge = GaugeMetricFamily(f"perennial_queue_{figure}", text, labels=["queue"])
            for name, figures in queues.items():
                gauge.add_metric([name], float(figures.get(figure, 0)))
            yield gauge

    def _pumps(self, beats: list[PumpBeat]) -> Iterator[Metric]:
        age = GaugeMetricFamily("perennial_pump_silence_seconds", "Since the last sign of life.", labels=["pump"])
        lag = GaugeMetricFamily("perennial_pump_lag_seconds", "Age of the oldest unpublished row.", labels=["pump"])
        for beat in beats:
            age.add_metric([beat.name], (timezone.now() - beat.beat_at).total_seconds())
            lag.add_metric([beat.name], beat.lag_seconds)
        yield from (age, lag)


QUEUE_FIGURES = {
    "due": "Rows that are due, up to 20,000.",
    "claimed": "Rows that a worker is doing.",
    "unsure": "Mails of which nobody knows whether they were sent.",
    "oldest_seconds": "Age of the oldest due row.",
}
