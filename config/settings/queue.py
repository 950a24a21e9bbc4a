"""Celery and outgoing mail. Postgres holds what is to be done; the broker only carries nudges."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from config.embedded.folder import Folder
from config.settings.base import REDIS_URL, env

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
# Longer than the hard limit: the broker must not hand out a task that may still run.
# Sending gives up after one more try, so that a request never waits for a broker that is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"

# A due row is sent to the workers again when none of them has claimed it for so long.
PUMP_REPUBLISH_SECONDS = env.int("PUMP_REPUBLISH_SECONDS", 60)

# Prometheus sends it as a bearer token; without one, /metrics answers nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# smtp://user:password@host:587/?tls=True; without it, mails become files and do not leave the machine. Providers'
# HTTP APIs: EMAIL_BACKEND=anymail.backends.postmark.EmailBackend and ANYMAIL={"POSTMARK_SERVER_TOKEN": "…"}.
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_CAPTURE = "engagement.channels.capture.EmailBackend"
_MAIL: dict[str, Any] = env.email_url("EMAIL_URL") if "EMAIL_URL" in os.environ else {"EMAIL_BACKEND": _CAPTURE}
EMAIL_BACKEND = env.str("EMAIL_BACKEND", _MAIL["EMAIL_BACKEND"])
EMAIL_BACKEND = "engagement.channels.smtp.EmailBackend" if EMAIL_BACKEND == _SMTP else EMAIL_BACKEND
EMAIL_HOST = _MAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
ANYMAIL = env.json("ANYMAIL", {})
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Perennial <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_CAPTURE_FOLDER = Path(env.str("MAIL_CAPTURE_FOLDER", str(Folder.default().path / "outgoing-mail")))
# A worker's claim of a mail ends after so long; then nobody knows whether it was sent. Longer than its time limit.
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", 180)
# Where to ask whether a mail arrived at the mail server, with {message_id}: 200 yes, 404 no. Asked so much later.
EMAIL_STATUS_URL = env.str("EMAIL_STATUS_URL", "")
EMAIL_STATUS_TOKEN = env.str("EMAIL_STATUS_TOKEN", "")
MAIL_SETTLE_SECONDS = env.int("MAIL_SETTLE_SECONDS", 120)
