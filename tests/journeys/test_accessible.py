"""Every page passes axe (WCAG 2.2 AA) and fits its screen, light and dark, from 360 pixels up."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from regard.know.models import Candidate, Identity, SharedNumber
from regard.listen.models import Import, Reject
from tests.journeys.conftest import open_page

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def pages(customer: int) -> list[str]:
    """Addresses of every kind of page, with something on each."""
    left, right = Identity.objects.order_by("pk")[3:5]
    Candidate.objects.create(
        left=left,
        right=right,
        probability=0.8,
        evidence={"name": {"weight": 4.0, "level": "close"}, "email": {"weight": -2}},
    )
    evidence = {"values": 40, "share": 0.9, "compared": 30, "agreeing": 28, "contradicting": 1}
    SharedNumber.objects.create(left="crm.shop_nr", right="shop", state="unsure", evidence=evidence)
    done = Import.objects.create(
        source="shop", file_name="orders.csv", path="x", fingerprint="x", actor="ada", state="done", rows_read=3,
        rejected_rows=1,
    )  # fmt: skip
    Reject.objects.create(of_import=done, table="orders", row_number=2, row={"a": "b"}, reason="no date")
    return [
        "/", "/customers", f"/customers/{customer}", "/customers?q=nobody-there",
        "/voice", "/journeys", "/value", "/journeys?who=channel:web",
        "/people?of=step&step=first+order", "/measures",
        "/measures/csat?by=channel",
        "/review", "/review/numbers", "/imports", f"/imports/{done.pk}",
        "/settings", "/settings/users", "/settings/keys", "/account",
        "/styleguide", "/nowhere",
    ]  # fmt: skip


def faults(page: Page, address: str) -> list[str]:
    """What axe finds on a page, and whether it is wider than its screen."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES).response["violations"]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    told = [f"{address}: {each['id']} at {each['nodes'][0]['target']}" for each in found]
    return told + ([f"{address}: {wider} pixels too wide"] if wider > 0 else [])


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 360])
def test_every_page_is_accessible(
    browser: Browser, live_server: Any, cast: Any, computed: int, width: int, look: str
) -> None:
    page = open_page(browser, live_server.url, width=width, look=look)
    assert [fault for address in pages(computed) for fault in faults(page, address)] == []


def test_signing_in_is_accessible(browser: Browser, live_server: Any) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}, base_url=live_server.url).new_page()
    assert faults(page, "/sign-in") == []
