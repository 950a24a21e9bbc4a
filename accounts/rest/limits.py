"""How often a key may call: a soft limit in Redis. Without Redis nobody is refused."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.rest.problems import Problem

logger = logging.getLogger(__name__)

WINDOW = 60
DEFAULT_PER_MINUTE = 600
_REST_AFTER_FAILURE = 5.0
_failed_at = -_REST_AFTER_FAILURE


@dataclass(frozen=True)
class Allowance:
    """What is left of the running minute."""

    limit: int
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        remaining = max(0, self.limit - self.used)
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(self.reset),
        }

    def mark(self, response: HttpResponseBase) -> None:
        for name, value in self.headers().items():
            response[name] = value

    def refusal(self) -> Problem:
        detail = _("More than %(limit)d requests in a minute.") % {"limit": self.limit}
        return Problem(429, detail, kind="rate-limit", headers={"Retry-After": str(self.reset)})


def per_minute() -> int:
    return int(getattr(settings, "API_REQUESTS_PER_MINUTE", DEFAULT_PER_MINUTE))


def count_request(bucket: str, limit: int | None = None) -> Allowance:
    """Count one request of this bucket (a key, and what it is used for)."""
    limit = per_minute() if limit is None else limit
    now = int(time.time())
    reset = WINDOW - now % WINDOW
    return Allowance(limit, _increment(f"perennial:rate:{bucket}:{now // WINDOW}"), reset)


def _increment(name: str) -> int:
    global _failed_at
    if time.monotonic() - _failed_at < _REST_AFTER_FAILURE:
        return 0
    try:
        pipeline = _redis().pipeline(transaction=False)
        pipeline.incr(name)
        pipeline.expire(name, 2 * WINDOW)
        return int(pipeline.execute()[0])
    except redis.RedisError:
        _failed_at = time.monotonic()
        logger.warning("rate limits are off: no answer from Redis")
        return 0


@cache
def _redis() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)
