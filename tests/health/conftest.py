from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from accounts.models import Tenant
from tests.factories.api import Caller, make_caller

TODAY = date(2026, 6, 15)


@pytest.fixture
def today() -> Iterator[date]:
    """Monday 15 June 2026, noon in Warsaw."""
    with time_machine.travel("2026-06-15T10:00:00+00:00", tick=False):
        yield TODAY


@pytest.fixture
def stranger(globex: Tenant, today: date) -> Caller:
    """Globex's integration, with every scope."""
    return make_caller(globex)
