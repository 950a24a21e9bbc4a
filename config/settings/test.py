"""For pytest: real Postgres, Valkey and SMTP; only what costs time for nothing is eased."""

from __future__ import annotations

from config.embedded import ensure_services

ensure_services(durable=False)

from config.settings.base import *
from config.settings.observability import *
from config.settings.queue import *

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["root"]["level"] = "WARNING"

# Both connections use one test database: the second only has another role.
DATABASES["dispatch"]["TEST"] = {"DEPENDENCIES": [], "MIGRATE": False}
