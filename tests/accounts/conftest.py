from __future__ import annotations

from itertools import count

import pytest
from django.test import Client

numbers = count(1)


@pytest.fixture
def client() -> Client:
    """Each test comes from an address of its own, so that rate limits do not add up between tests."""
    number = next(numbers)
    return Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
