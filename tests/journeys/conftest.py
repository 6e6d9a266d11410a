"""A real browser (the system's Chromium) looking at a live server with a small company in it."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.conftest import PASSWORD, cast, company, computed

__all__ = ["cast", "company", "computed"]

PICTURES = Path(__file__).parents[2] / "docs" / "images"


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
