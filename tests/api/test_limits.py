from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import override_settings

from accounts.models import Tenant
from accounts.rest import limits
from tests.factories.api import Caller, make_caller


@override_settings(API_REQUESTS_PER_MINUTE=3)
@time_machine.travel("2026-11-22T09:00:20Z", tick=False)
def test_more_than_allowed_is_refused_until_the_minute_is_over(acme: Tenant, api: Caller) -> None:
    remaining = [api.call("GET", "/customers")["RateLimit-Remaining"] for _ in range(3)]
    assert remaining == ["2", "1", "0"]
    refused = api.call("GET", "/customers")
    assert (refused.status_code, refused["Retry-After"], refused["RateLimit-Limit"]) == (429, "40", "3")
    assert make_caller(acme).call("GET", "/customers").status_code == 200
    with time_machine.travel("2026-11-22T09:01:00Z", tick=False):
        assert api.call("GET", "/customers").status_code == 200


def test_headers_stand_on_refusals_too(api: Caller) -> None:
    response = api.call("GET", "/customers/x")
    assert (response.status_code, response["RateLimit-Limit"]) == (404, "600")


@pytest.fixture
def no_redis() -> Any:
    """An address where nothing listens."""
    limits._redis.cache_clear()
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        yield
    limits._redis.cache_clear()
    limits._failed_at = -limits._REST_AFTER_FAILURE


@override_settings(API_REQUESTS_PER_MINUTE=1)
def test_without_redis_nobody_is_refused(no_redis: Any, api: Caller) -> None:
    assert [api.call("GET", "/customers").status_code for _ in range(3)] == [200, 200, 200]
