from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import PumpBeat
from accounts.services.pump import Pump

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "dispatch"])


def test_process_answers(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_once_a_pump_has_reported(client: Client) -> None:
    before = client.get("/readyz")
    assert (before.status_code, before.json()["checks"]["pump"]) == (503, "no pump has reported yet")
    Pump(name="one").beat()
    after = client.get("/readyz")
    assert after.json() == {
        "status": "ok",
        "checks": {"database": "ok", "broker": "ok", "migrations": "ok", "pump": "ok"},
    }
    assert after.status_code == 200


def test_silent_pump(client: Client) -> None:
    PumpBeat.objects.create(name="one", started_at=now(), beat_at=now() - timedelta(minutes=2))
    assert client.get("/readyz").json()["checks"]["pump"] == "no pump has reported for 120 s"


def test_pump_that_falls_behind(client: Client) -> None:
    PumpBeat.objects.create(name="one", started_at=now(), beat_at=now(), lag_seconds=300)
    assert client.get("/readyz").json()["checks"]["pump"] == "300 s behind"


def test_broker_away(client: Client, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["broker"]) == (503, "does not answer")


def test_metrics_need_the_token(client: Client, settings: object) -> None:
    assert client.get("/metrics").status_code == 403
    settings.METRICS_TOKEN = "s3cret"  # type: ignore[attr-defined]
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403
    Pump(name="one").beat()
    page = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert page.status_code == 200
    assert b'perennial_queue_due{queue="jobs"} 0.0' in page.content
    assert b'perennial_pump_lag_seconds{pump="one"} 0.0' in page.content
