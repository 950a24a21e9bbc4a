from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

PHONE, DESKTOP = 390, 1440
THEMES = ("light", "dark")
AXE = Path(settings.NODE_MODULES) / "axe-core/axe.min.js"
VIOLATIONS = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message)[0] ?? "";
  return found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.target.join(" ")} ${why(node)}`));
}"""


class Visitor:
    """A person at a browser. Console errors, failed loads and requests to elsewhere are collected."""

    def __init__(self, page: Page, context: BrowserContext, base_url: str) -> None:
        self.page, self.context, self.base_url = page, context, base_url
        self.problems: list[str] = []
        self.expected: list[str] = []
        page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.note_foreign(request.url))

    def note_foreign(self, url: str) -> None:
        if not url.startswith((self.base_url, "data:", "blob:")):
            self.problems.append(f"request to {url}")

    def unexpected(self) -> list[str]:
        return [p for p in self.problems if not any(re.search(e, p) for e in self.expected)]

    def log_in(self, user: User) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        assert session.session_key
        self.cookie(settings.SESSION_COOKIE_NAME, session.session_key)

    def cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.base_url}])

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.base_url + path)
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def assert_accessible(self) -> None:
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        assert self.page.evaluate(VIOLATIONS) == []

    def assert_fits_phone(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE

    def photograph(self, name: str) -> None:
        """Keep the page as it looks when PERENNIAL_SHOTS names a folder."""
        if folder := os.environ.get("PERENNIAL_SHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def walk(self, path: str, name: str) -> None:
        """The page in light and dark on a phone and a desktop: accessible, and nothing sticks out."""
        for theme in THEMES:
            self.cookie("theme", theme)
            for width in (PHONE, DESKTOP):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.open(path)
                self.photograph(f"{name}-{width}-{theme}")
                self.assert_accessible()
                if width == PHONE:
                    self.assert_fits_phone()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "reduced_motion": "reduce", "locale": "en-GB"}


@pytest.fixture
def visitor(page: Page, context: BrowserContext, live_server: LiveServer, transactional_db: None) -> Iterator[Visitor]:
    someone = Visitor(page, context, live_server.url)
    yield someone
    assert someone.unexpected() == []
