"""The default: servers, worker, pump and the demo run with it."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config.settings.api import *
from config.settings.base import *
from config.settings.observability import *
from config.settings.people import *
from config.settings.queue import *

if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set.")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
