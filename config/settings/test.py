"""For pytest: real Postgres, Valkey and SMTP; only what costs time for nothing is eased.

Each run has servers of its own that vanish with it, unless PERENNIAL_LOCAL names a folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.embedded import ensure_services, forget_unused

_OWN_FOLDER = "PERENNIAL_LOCAL" not in os.environ and "DATABASE_URL" not in os.environ
if _OWN_FOLDER:
    _LOCAL = Path(__file__).resolve().parents[2] / ".local"
    forget_unused(_LOCAL.glob("test-*"))
    os.environ["PERENNIAL_LOCAL"] = str(_LOCAL / f"test-{os.getpid()}")
ensure_services(durable=False, throwaway=_OWN_FOLDER)

from config.settings.api import *
from config.settings.base import *
from config.settings.observability import *
from config.settings.people import *
from config.settings.queue import *

SECRET_KEY = "only-for-tests"  # noqa: S105
STYLEGUIDE = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["root"]["level"] = LOGGING["loggers"]["django"]["level"] = "ERROR"
CELERY_TASK_ALWAYS_EAGER = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

REFUSE_PRIVILEGED_ROLES = False  # tests/conftest.py asserts it once the database is made
# The owner migrates the test database; tests/conftest.py then goes down to the serving role.
SERVING_ROLE = DATABASES["default"]
DATABASES["default"] = SERVING_ROLE | env.db_url("DATABASE_OWNER_URL") | {"ENGINE": "tests.postgres", "CONN_MAX_AGE": 0}
DATABASES["dispatch"] |= {"ENGINE": "tests.postgres", "CONN_MAX_AGE": 0, "TEST": {"MIRROR": "default"}}
