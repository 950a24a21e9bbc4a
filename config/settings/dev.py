"""For working on the product: `bin/dev`, linters and type checks."""

from __future__ import annotations

from config.settings.api import *
from config.settings.base import *
from config.settings.observability import *
from config.settings.people import *
from config.settings.queue import *

DEBUG = STYLEGUIDE = True
SECRET_KEY = SECRET_KEY or "only-for-development"
LOGGING["handlers"]["stream"]["formatter"] = "console"
WHITENOISE_USE_FINDERS = True
