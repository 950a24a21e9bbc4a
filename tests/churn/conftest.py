from __future__ import annotations

import pytest

from accounts.models import Tenant
from tests.factories.accounts import make_tenant


@pytest.fixture
def acme(db: None) -> Tenant:
    """The tenant whose hand-worked figures are in dollars; its zone has daylight saving."""
    return make_tenant(slug="acme", name="Acme", timezone="Europe/Warsaw", currency="USD")
