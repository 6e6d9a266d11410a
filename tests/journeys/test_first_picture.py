"""The main job in a browser: sign in, see how it goes, find somebody, read what they said."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from regard.know.actions import link_identities
from regard.listen.actions import import_file
from regard.simulate.company import write_company
from regard.understand.actions import compute
from tests.journeys.conftest import PICTURES, open_page

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_signing_in_to_one_customers_words(
    browser: Browser, live_server: Any, cast: Any, computed: int
) -> None:
    page = open_page(browser, live_server.url)
    expect(page.get_by_role("heading", name="What to look at first")).to_be_visible()
    expect(page.get_by_role("article").filter(has_text="Satisfied")).to_contain_text("%")
    page.keyboard.press("/")
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    page.get_by_label("Search customers").fill("gre åb")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert "q=gre" in page.url  # the search can be bookmarked
    page.get_by_role("link", name="Grete Åberg").click()
    expect(page.get_by_role("heading", name="Grete Åberg")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text("Well done.")
    page.get_by_role("link", name="Orders").click()
    expect(page.locator(".moment")).to_have_count(3)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_journeys_step_opens_into_its_people_within_the_same_slice(
    browser: Browser, live_server: Any, cast: Any, computed: int
) -> None:
    page = open_page(browser, live_server.url)
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Journeys", level=1)).to_be_visible()
    page.locator("select[name=who]").select_option("channel:web")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text("channel web")
    page.locator("svg.journey a").filter(has_text="first order").first.click()
    expect(page.get_by_role("heading", name="first order", level=1)).to_be_visible()
    assert "who=channel" in page.url
    page.get_by_role("link", name="Grete Åberg").click()
    expect(page.get_by_role("heading", name="Grete Åberg")).to_be_visible()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_everything_is_reached_by_keys(browser: Browser, live_server: Any, cast: Any, company: int) -> None:
    page = open_page(browser, live_server.url)
    for key, heading in (
        ("c", "Customers"),
        ("v", "Voice"),
        ("w", "Value"),
        ("m", "Measures"),
        ("u", "Surveys"),
        ("i", "Imports"),
        ("t", "Tracking"),
        ("s", "Settings"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.goto("/customers")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr[data-chosen]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()


def test_it_works_without_script(browser: Browser, live_server: Any, cast: Any, company: int) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/customers?q=Grete")
    page.get_by_label("Name").fill("greta")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_label("Search customers").fill("novák 5")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Jan Novák 5", exact=True)).to_be_visible()


@pytest.fixture
def demo(db: None, tmp_path: Path) -> None:
    """The simulated company, taken in through the ordinary ways in."""
    now = datetime.now(UTC)
    write_company(tmp_path / "files", customers=2000, seed=1, as_of=now.date())
    for path in sorted((tmp_path / "files").iterdir()):
        if not path.name.startswith("truth"):
            import_file(path, source=path.stem, actor="ada")
    link_identities(actor="ada")
    compute(as_of=now, actor="ada")


@pytest.mark.slow
@pytest.mark.skipif(
    "REGARD_PICTURES" not in os.environ, reason="REGARD_PICTURES=yes writes the README's pictures"
)
def test_the_readmes_pictures_are_taken(browser: Browser, live_server: Any, cast: Any, demo: None) -> None:
    page = open_page(browser, live_server.url)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "home.png")
    page.goto("/customers?sort=contacts")
    page.locator("a.open").first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    page.screenshot(path=PICTURES / "customer.png")
