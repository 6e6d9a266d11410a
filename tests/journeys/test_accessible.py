"""Every page passes axe (WCAG 2.2 AA) and fits its screen, light and dark, from 360 pixels up."""

from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from regard.know.models import Candidate, Identity, SharedNumber
from regard.listen.models import Import, Reject
from regard.listen.tracking.actions import make_write_key, revoke_write_key
from regard.show.models import Fix, Proof
from regard.understand.models import Computation, PainPoint
from regard.web.doors import DOORS
from tests.journeys.conftest import open_page
from tests.listen.surveys.conftest import survey_of

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def pages(customer: int) -> list[str]:
    """Addresses of every page of the doors and every page behind them, with something on each."""
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
    for origins in ([], ["https://shop.example", "https://www.shop.example"]):
        make_write_key("shop", actor="ada", allowed_origins=origins)
    revoke_write_key(make_write_key("old-shop", actor="ada")[0].pk, actor="ada")
    survey, fix, point = survey_of("nps", public=True), proven_fix(), pain_point()
    return [
        *(reverse(page.view) for door in DOORS for page in door.pages),
        f"/customers/{customer}", "/customers?q=nobody-there", "/journeys?who=channel:web",
        "/people?of=step&step=first+order", "/measures/csat?by=channel", f"/imports/{done.pk}",
        f"/surveys/{survey.slug}", f"/surveys/{survey.slug}/build",
        f"/fix/{point.pk}", f"/show/{fix.pk}", "/show/new", "/nowhere",
    ]  # fmt: skip


def proven_fix() -> Fix:
    fix = Fix.objects.create(
        title="New carrier", about="late", about_title="Late delivery", dimension="region", groups=["South"],
        started_on=date(2026, 1, 1), judged_from=date(2026, 3, 1), window_days=30, smallest_effect=0.05,
        direction="down", unit="share", baseline=0.25, rows_needed=900, power=0.8, registered_by="max",
    )  # fmt: skip
    series = [
        {"period": n, "changed": 0.2, "changed_n": 50, "others": 0.3, "others_n": 60} for n in range(-3, 3)
    ]
    Proof.objects.create(
        fix=fix, as_of=timezone.now(), verdict="worked", reason="at least 0.08 better", effect=-0.1, low=-0.12,
        high=-0.08, n=900, method="difference-in-differences, clustered", series=series, notes=["a note"],
    )  # fmt: skip
    return fix


def pain_point() -> PainPoint:
    return PainPoint.objects.create(
        computation=Computation.objects.latest("pk"), place=1, standing="costly", kind="late", key="late",
        title="Late delivery", sentence="In the last year 2 customers waited.", customers=2, orders=2, trend="worse",
        effect=-0.1, effect_low=-0.15, effect_high=-0.05, cost=52_000.0, cost_low=38_123.0, cost_high=71_456.0,
        currency="EUR", assumptions=["This is an association."],
    )  # fmt: skip


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
    # the browser says itself that /nowhere is not there
    assert [said for said in page.complaints if "404" not in said] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [390, 360])
def test_the_bar_of_a_phone_holds_every_door_without_scrolling(
    browser: Browser, live_server: Any, cast: Any, width: int
) -> None:
    page = open_page(browser, live_server.url, width=width)
    doors = page.locator(".rail a.door:visible")
    boxes = [door.bounding_box() for door in doors.all()]
    assert len(boxes) == len(DOORS)
    assert all(
        box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["width"] >= 44 for box in boxes
    )
    assert all(door.evaluate("it => it.scrollWidth <= it.clientWidth") for door in doors.all())


def test_signing_in_is_accessible(browser: Browser, live_server: Any) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}, base_url=live_server.url).new_page()
    assert faults(page, "/sign-in") == []
