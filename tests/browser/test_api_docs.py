from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def test_reference_shows_every_collection_under_the_strict_policy(visitor: Visitor) -> None:
    page = visitor.open("/api/v1/docs/")
    expect(page.get_by_role("heading", name="Perennial API")).to_be_visible()
    expect(page.locator("#operations-customers-post_customers_bulk")).to_be_visible()
    visitor.photograph("api-docs")
    page.locator("#operations-customers-get_customers").click()
    expect(page.get_by_text("updated_since").first).to_be_visible()
