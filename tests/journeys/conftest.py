"""A real browser (the system's Chromium) looking at a live server with a small company in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.conftest import PASSWORD, cast, company, computed

__all__ = ["cast", "company", "computed"]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
PICTURES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without it the journeys are skipped, except on CI, where they must run."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: the journeys cannot run")
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"  # playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def open_page(
    browser: Browser, address: str, *, name: str = "ada", width: int = 1440, look: str = "light"
) -> Page:
    """A page signed in as one of the cast; anything the browser complains of fails the test at its end."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=look, locale="en-GB", base_url=address
    )  # type: ignore[arg-type]
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None,  # type: ignore[attr-defined]
    )
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page
