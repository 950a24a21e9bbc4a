from __future__ import annotations

import pytest

from accounts.models import Tenant
from tests.factories.api import Caller, make_caller
from tests.factories.events import make_write_key


@pytest.fixture
def key(acme: Tenant) -> str:
    """Acme's write key."""
    return make_write_key(acme)


@pytest.fixture
def api(acme: Tenant) -> Caller:
    """Acme's integration, with every scope."""
    return make_caller(acme)


@pytest.fixture
def stranger(globex: Tenant) -> Caller:
    """Globex's integration, with every scope."""
    return make_caller(globex)
