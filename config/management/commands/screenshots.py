from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from playwright.sync_api import Browser, Page, sync_playwright

from config.demo.seed import MAIN, demo_password

FOLDER = Path(settings.BASE_DIR) / "docs" / "images"
SHOTS = (  # name, path, theme
    ("today", "", "light"),
    ("customers", "customers/", "light"),
    ("customer", "customers/?band=red", "light"),
    ("health", "health/", "dark"),
    ("revenue", "revenue/", "light"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class Command(BaseCommand):
    help = "Photograph the pages of a running demo for the README."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *args: Any, **options: Any) -> None:
        options["folder"].mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=FLAGS)
            for name, path, theme in SHOTS:
                page = _signed_in(browser, options["address"], theme)
                _open(page, f"{options['address']}/{MAIN.slug}/{path}", name)
                page.screenshot(path=options["folder"] / f"{name}-{theme}.png")
                self.stdout.write(f"{name}-{theme}.png")
                page.context.close()


def _signed_in(browser: Browser, address: str, theme: str) -> Page:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{address}/account/login/")
    page.fill("[name=login]", f"admin@{MAIN.domain}")
    page.fill("[name=password]", demo_password())
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    return page


def _open(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if name == "customer":
        page.click("table .pn-row-link >> nth=0")
        page.wait_for_load_state("networkidle")
