"""How gunicorn runs, in `manage.py serve` and in the container alike."""

from __future__ import annotations

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
reload = bool(os.environ.get("WEB_RELOAD"))
preload_app = not reload  # one import for all workers
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
timeout = 60
graceful_timeout = 15
max_requests = 5000  # a leak in any library stays small
max_requests_jitter = 500
loglevel = "warning"
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
